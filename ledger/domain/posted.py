"""The transactions of a loan by name: what a later one may take back, or count from."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct

from proto.events import (
    AdjustmentMade,
    FeeApplied,
    FeeShare,
    PaymentReversed,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Key, Money


class Posted(Struct, frozen=True):
    """A transaction as it was posted, without its free texts."""

    event_id: Key
    event: PostingEvent

    @property
    def transaction_id(self) -> Key:
        """Its name."""
        return self.event.transaction_id

    @property
    def effective(self) -> date:
        """The day from which it counts."""
        return self.event.effective_date.as_date()


def posted(event: PostingEvent, *, version: int) -> Posted:
    """Take a transaction over; `version` is its place in the account's history."""
    kept = msgspec.structs.replace(event, sealed_texts={}) if event.sealed_texts else event
    return Posted(Key(f"{event.account_id}:{version}"), kept)


def charged_since(postings: Iterable[Posted], fees: Iterable[FeeShare]) -> date:
    """Give the day since which all of some fees are charged: none can be forgiven before."""
    names = {share.transaction_id for share in fees}
    days = (each.effective for each in postings if names and _charges(each.event, names))
    return max(days, default=date.min)


def _charges(event: PostingEvent, fees: set[Key]) -> bool:
    """Tell whether a posting charges one of some fees, for the first time or again."""
    match event:
        case FeeApplied():
            return event.transaction_id in fees
        case AdjustmentMade() | PaymentReversed():
            return any(
                each.transaction_id in fees and each.amount_delta > each.waived_delta
                for each in event.fee_changes
            )
        case _:
            return isinstance(event, WriteOffUndone)


def owed_back_since(postings: Iterable[Posted], amount: Money) -> date:
    """Give the day since which so much is owed to the customer, without a day of less."""
    by_day: dict[date, int] = defaultdict(int)
    for each in postings:
        by_day[each.effective] += each.event.overpayment_delta
    since, owed = date.min, 0
    for day in sorted(by_day):
        enough, owed = owed >= amount, owed + by_day[day]
        if owed >= amount and not enough:
            since = day
    return since
