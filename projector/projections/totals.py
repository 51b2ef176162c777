"""Projections `day-totals`, `month-totals`, `staff-days`, `staff-months`: sums of ledger events.

Each sum is a small document of its own, so that a batch writes only those that it moves
and no document grows with the business. A posting counts on the business date on which
it was recorded, as in the general ledger: the two must tie to the cent.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from projector.happening import (
    DAY_TOTALS,
    MONTH_TOTALS,
    STAFF_DAYS,
    STAFF_MONTHS,
    Change,
    Documents,
    Happening,
    LedgerPlace,
    Place,
    Reads,
    Stored,
)
from projector.projections import transactions
from projector.projections.account_status import When
from projector.projections.exact import plus
from proto.codec import to_mongo
from proto.events import PaymentReversed, PostingEvent
from proto.values import Money

MONTH: Final = len("2026-03")
SEPARATOR: Final = "|"
KIND: Final = ("transactionType", "originalType", "reasonCode")

Kind = tuple[str, ...]
"""The values of `KIND`; empty for what is no posting."""


def reads(happening: Happening) -> Reads:
    """Name the sums that the event moves."""
    place = happening.ledger
    return Reads(tuple(_sums(happening, place))) if place is not None else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Add the event to its sums."""
    place = happening.ledger
    if place is None:
        return
    for (collection, key), told in _sums(happening, place).items():
        stored = documents.get(collection, key) or told
        yield Change(collection, key, _added(stored, happening))


def _sums(happening: Happening, place: LedgerPlace) -> dict[Place, Stored]:
    """Give the places of the sums, each with what its document tells of itself."""
    return _named(_business_date(happening.at), place.actor, place.event_type, _kind(happening))


@lru_cache(maxsize=4_096)
def _named(date: str, actor: str, event_type: str, told: Kind) -> dict[Place, Stored]:
    """Name the sums; most events of a batch move the same ones."""
    kind = dict(zip(KIND, told, strict=False))
    whole = date[:MONTH]
    staff = {"staffId": actor, "date": date, "eventType": event_type, **kind}
    staff_month = {"staffId": actor, "month": whole, "eventType": event_type, **kind}
    sums = {(STAFF_DAYS, _key(staff)): staff, (STAFF_MONTHS, _key(staff_month)): staff_month}
    if kind:
        day, month = {"date": date, **kind}, {"month": whole, **kind}
        sums[(DAY_TOTALS, _key(day))] = day
        sums[(MONTH_TOTALS, _key(month))] = month
    return sums


@lru_cache(maxsize=1_024)
def _business_date(at: datetime) -> str:
    """Give the business date of a moment; a batch's events share most of theirs."""
    return When(at).business_date


def _kind(happening: Happening) -> Kind:
    """Tell what is summed by: kind and reason, of a reversal also what it took back."""
    event = happening.event
    if not isinstance(event, PostingEvent):
        return ()
    original = event.original_transaction_type if isinstance(event, PaymentReversed) else ""
    told = (event.transaction_type, original, event.reason_code)
    return tuple(map(str.__str__, told))


def _key(told: Stored) -> str:
    return SEPARATOR.join(told.values())


def _added(stored: Stored, happening: Happening) -> Stored:
    new = {**stored, "count": to_mongo(int(stored.get("count", 0)) + 1)}
    event = happening.event
    if isinstance(event, PostingEvent):
        for name, moved in _moves(event, by_staff="staffId" in stored).items():
            if moved:
                new[name] = plus(stored.get(name), moved)
    return new


def _moves(event: PostingEvent, *, by_staff: bool) -> dict[str, Money]:
    """Give what a posting moves; of a staff member's work the amount is enough."""
    amount = {"amount": transactions.amount(event)}
    if by_staff:
        return amount
    return {
        **amount,
        "principal": event.principal_delta,
        "interest": event.interest_delta,
        "fees": event.fee_delta,
        "overpayment": event.overpayment_delta,
    }
