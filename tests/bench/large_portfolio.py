"""A portfolio of a million customers, put straight into MongoDB as the projector would write it.

Documents go in first and the indexes are built over them afterwards: through the stream it
would take a night. It is built once for a scale and found again.
"""

import itertools
import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from bson import Decimal128, Int64
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from projector import shelf
from proto import documents
from proto.codec import to_mongo
from proto.search_keys import customer_keys
from proto.values import CalendarDate, Code, Instant, Key, Money

VERSION: Final = 2
BATCH: Final = 10_000
PROGRESS: Final = 200_000
CUSTOMERS: Final = 1_000_000
ACCOUNTS: Final = 1_200_000
TRANSACTIONS: Final = 5_000_000
AUDIT_EVENTS: Final = 1_000_000
"""The newest ones: as many as a page that lies deep needs."""

BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
SECONDS: Final = 365 * 86_400
KINDS: Final = ("REPAYMENT",) * 7 + ("LATE_FEE", "FEE_WAIVER", "DISBURSEMENT")
EVENT_TYPES: Final = ("repayment.recorded.v1",) * 7 + (
    "fee.applied.v1",
    "fee.waived.v1",
    "loan.disbursed.v1",
)
SYLLABLES: Final = [a + b for a in "bcdfghjklmnprstvwyz" for b in ("a", "e", "i", "o", "ua", "ei")]
BUILT: Final = (
    documents.CUSTOMERS,
    documents.LOAN_ACCOUNTS,
    documents.TRANSACTIONS,
    documents.AUDIT_EVENTS,
    documents.MONTH_TOTALS,
)

Stored = dict[str, Any]


class Portfolio:
    """How large it is, and which documents it has."""

    def __init__(self, scale: float) -> None:
        self.customers = int(CUSTOMERS * scale)
        self.accounts = int(ACCOUNTS * scale)
        self.transactions = int(TRANSACTIONS * scale)
        self.audit_events = int(AUDIT_EVENTS * scale)
        self._dice = random.Random(1)  # noqa: S311 - the same portfolio each time
        self._totals: Counter[tuple[str, str]] = Counter()
        self._cents: Counter[tuple[str, str]] = Counter()

    def is_built(self, folder: Path) -> bool:
        """Tell whether a folder holds it, whole; one that was begun is thrown away."""
        told = folder / "built.json"
        if told.exists() and json.loads(told.read_text()) == self._told():
            return True
        shutil.rmtree(folder, ignore_errors=True)
        return False

    def build(self, database: Database[Stored], folder: Path) -> float:
        """Put it in, index it, then say so; give the seconds it took."""
        began = time.monotonic()
        for collection, made in (
            (documents.CUSTOMERS, self._customers()),
            (documents.LOAN_ACCOUNTS, self._accounts()),
            (documents.TRANSACTIONS, self._transactions()),
            (documents.AUDIT_EVENTS, self._audit_events()),
            (documents.MONTH_TOTALS, self._month_totals()),
        ):
            _insert(database, collection.name, made, began)
        self.index(database)
        database.client.admin.command("fsync")
        (folder / "built.json").write_text(json.dumps(self._told()))
        return time.monotonic() - began

    def index(self, database: Database[Stored]) -> None:
        """Make the indexes that are not there yet: also those that are newer than the data."""
        began = time.monotonic()
        for collection in BUILT:
            shelf.make(database, collection, collection.name)
            _progress(f"{collection.name}: indexes", began)

    def _told(self) -> list[int]:
        return [VERSION, self.customers, self.accounts, self.transactions, self.audit_events]

    def _customers(self) -> Iterator[Stored]:
        for number in range(self.customers):
            first, last = self._word(2).capitalize(), self._word(3).capitalize()
            customer_id, name = f"CUS-{number:08d}", f"{first} {last}"
            email = f"{first}.{last}{number % 97}@example.com".lower()
            mobile = f"+614{self._dice.randrange(10**8):08d}"
            yield {
                "_id": customer_id,
                "customerId": customer_id,
                "firstName": first,
                "lastName": last,
                "fullName": name,
                "emailAddress": email,
                "mobilePhoneNumber": mobile,
                "identityVerified": True,
                "search": to_mongo(customer_keys(customer_id, name, email, mobile)),
                "createdAt": BEGIN,
                "updatedAt": BEGIN,
            }

    def _accounts(self) -> Iterator[Stored]:
        zero = Decimal128("0.00")
        for number in range(self.accounts):
            customer_id = f"CUS-{number % self.customers:08d}"
            owed = Decimal128(f"{self._dice.randrange(5_000)}.50")
            yield {
                "_id": f"LA-{number:08d}",
                "loanAccountId": f"LA-{number:08d}",
                "source": "ledger",
                "accountNumber": f"BL{number:09d}",
                "customerId": customer_id,
                "customerIdString": customer_id,
                "balances": {
                    "currentBalance": owed,
                    "totalOutstanding": owed,
                    "principal": owed,
                    "interest": zero,
                    "fees": zero,
                    "overpayment": zero,
                },
                "accountStatus": "active",
                "sdkStatus": "ACTIVE",
                "ver": Int64(9),
                "createdAt": BEGIN,
                "updatedAt": BEGIN,
            }

    def _transactions(self) -> Iterator[Stored]:
        common = to_mongo(_transaction())
        for number in range(self.transactions):
            place = self._dice.randrange(self.accounts)
            kind, cents = self._dice.choice(KINDS), self._dice.randrange(100, 50_000)
            at = self._moment(number / self.transactions)
            month = f"{at:%Y-%m}"
            self._totals[month, kind] += 1
            self._cents[month, kind] += cents
            yield {
                **common,
                "_id": f"TX-{number:09d}",
                "transactionId": f"TX-{number:09d}",
                "loanAccountId": f"LA-{place:08d}",
                "customerId": f"CUS-{place % self.customers:08d}",
                "type": kind,
                "transactionDate": at,
                "amount": _money(cents),
                "position": Int64(number + 1),
            }

    def _audit_events(self) -> Iterator[Stored]:
        for number in range(self.audit_events):
            place = self._dice.randrange(self.accounts)
            position, at = number + 1, self._moment(number / self.audit_events)
            yield {
                "_id": f"LA-{place:08d}:{position}",
                "eventId": f"LA-{place:08d}:{position}",
                "eventType": self._dice.choice(EVENT_TYPES),
                "subjectId": f"LA-{place:08d}",
                "ver": Int64(position),
                "position": Int64(position),
                "recordedAt": at,
                "actor": f"staff-{self._dice.randrange(40)}",
                "body": '{"account_id":"LA-00000000","amount":"12.50"}' * 6,
                "hash": f"{position:064x}",
                "prev": f"{number:064x}",
                "loanAccountId": f"LA-{place:08d}",
                "customerId": f"CUS-{place % self.customers:08d}",
                "transactionId": f"TX-{number:09d}",
                "amount": _money(self._dice.randrange(100, 50_000)),
            }

    def _month_totals(self) -> Iterator[Stored]:
        for (month, kind), count in self._totals.items():
            yield {
                "_id": f"{month}|{kind}||",
                "month": month,
                "transactionType": kind,
                "originalType": "",
                "reasonCode": "",
                "count": Int64(count),
                "amount": _money(self._cents[month, kind]),
            }

    def _word(self, syllables: int) -> str:
        return "".join(self._dice.choices(SYLLABLES, k=syllables))

    def _moment(self, share: float) -> datetime:
        return BEGIN + timedelta(seconds=int(share * SECONDS))


def _transaction() -> documents.TransactionDocument:
    """Give what all the transactions have in common."""
    amounts: Any = dict.fromkeys(_money_fields(), Money(0))
    return documents.TransactionDocument(
        transaction_id=Key(""),
        loan_account_id=Key(""),
        customer_id=Key(""),
        type=Code("REPAYMENT"),
        transaction_date=Instant.of(BEGIN),
        effective_date=CalendarDate("2025-01-01"),
        description="Repayment",
        created_by=Key("staff-1"),
        event_id=Key(""),
        position=1,
        ver=1,
        **amounts,
    )


def _money_fields() -> list[str]:
    fields = msgspec.structs.fields(documents.TransactionDocument)
    return [each.name for each in fields if each.type is Money]


def _money(cents: int) -> Decimal128:
    return Decimal128(f"{cents // 100}.{cents % 100:02d}")


def _insert(database: Database[Stored], name: str, made: Iterable[Stored], began: float) -> None:
    fast = database[name].with_options(write_concern=WriteConcern(1, j=False))
    done = 0
    for batch in _cut(made):
        fast.insert_many(batch, ordered=False)
        done += len(batch)
        if done % PROGRESS == 0:
            _progress(f"{name}: {done:,}", began)
    _progress(f"{name}: {done:,}, all", began)


def _progress(told: str, began: float) -> None:
    """Tell whoever waits how far the building is."""
    sys.stderr.write(f"{time.monotonic() - began:5.0f} s  {told}\n")
    sys.stderr.flush()


def _cut(made: Iterable[Stored]) -> Iterator[list[Stored]]:
    rest = iter(made)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch
