"""The sums behind the overview, as large as a year of a million customers makes them.

Few documents beside the portfolio itself, so they are put in wherever they are missing; what
they sum to matters to no measurement, only how many they are.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from bson import Decimal128, Int64
from pymongo.database import Database

from projector import shelf
from proto import documents

DAYS: Final = 365
LAST: Final = date(2025, 12, 31)
STAFF: Final = 200
KINDS_A_DAY: Final = 35
"""Kinds of postings with their reasons that a day sees."""

BUCKETS: Final = ("current", "early_arrears", "late_arrears", "default", "closed")
REASONS: Final = ("", "courtesy", "hardship", "duplicate_charge", "posting_error")
DEEDS: Final = (
    ("repayment.recorded.v1", "REPAYMENT"),
    ("fee.waived.v1", "FEE_WAIVER"),
    ("fee.applied.v1", "LATE_FEE"),
    ("note.added.v1", ""),
    ("text.revealed.v1", ""),
    ("approval.requested.v1", ""),
)
BATCH: Final = 20_000

Stored = dict[str, Any]


def fill(database: Database[Stored], accounts: int) -> None:
    """Put in what is missing, then build the indexes over it."""
    dice = random.Random(3)  # noqa: S311 - the same sums each time
    made = {
        documents.DAY_TOTALS: _days(dice),
        documents.STAFF_DAYS: _staff(dice, "date", _dates()),
        documents.STAFF_MONTHS: _staff(dice, "month", sorted({each[:7] for each in _dates()})),
        documents.PORTFOLIO: iter([_portfolio(accounts)]),
    }
    for collection, each in made.items():
        if database[collection.name].estimated_document_count() == 0:
            batch = list(each)
            for begins in range(0, len(batch), BATCH):
                database[collection.name].insert_many(batch[begins : begins + BATCH], ordered=False)
        shelf.make(database, collection, collection.name)


def _dates() -> Iterator[str]:
    return (str(LAST - timedelta(days=each)) for each in range(DAYS))


def _days(dice: random.Random) -> Iterator[Stored]:
    for on in _dates():
        for number in range(KINDS_A_DAY):
            kind = DEEDS[number % 3][1] if number < len(REASONS) * 3 else f"KIND_{number}"
            reason = REASONS[number % len(REASONS)]
            yield {
                "_id": f"{on}|{kind}||{reason}",
                "date": on,
                "transactionType": kind,
                "originalType": "",
                "reasonCode": reason,
                "count": Int64(dice.randrange(1, 9_000)),
                "amount": Decimal128(f"{dice.randrange(1, 900_000)}.50"),
            }


def _staff(dice: random.Random, when: str, every: Iterable[str]) -> Iterator[Stored]:
    for on in every:
        for who in range(STAFF):
            for event, kind in DEEDS:
                staff_id = f"staff-{who}"
                told: Stored = {
                    "_id": f"{staff_id}|{on}|{event}|{kind}",
                    "staffId": staff_id,
                    when: on,
                    "eventType": event,
                    "count": Int64(dice.randrange(1, 90)),
                }
                if kind:
                    amount = Decimal128(f"{dice.randrange(1, 9_000)}.50")
                    told |= {"transactionType": kind, "amount": amount}
                yield told


def _portfolio(accounts: int) -> Stored:
    each = {"accounts": Int64(accounts // len(BUCKETS)), "outstanding": Decimal128("1000000.00")}
    return {"_id": "now", "buckets": dict.fromkeys(BUCKETS, each)}
