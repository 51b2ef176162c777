"""Splitting: what one person does for one customer in a day is taken together.

For each limit, what has that limit or a lower one makes one sum, and the sum must be within
it. So neither several small waivers nor a waiver beside an adjustment pass where one would
not, and something of a kind with a higher limit makes no room for more of the others.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from ledger.domain.money import total
from proto.events import (
    AdjustmentMade,
    Event,
    FeeWaived,
    OverpaymentRefunded,
    PaymentReversed,
)
from proto.values import Instant, Money


class Relief(Struct, frozen=True, kw_only=True):
    """One direct command that had a limit: by whom, for whom, how much, when."""

    actor_id: str
    customer_id: str
    kind: str
    amount: Money
    at: Instant


def adjusted(principal_delta: Money, fee_delta: Money) -> Money:
    """Give what an adjustment is held against a limit with: both moves, whatever their sign."""
    return Money(abs(principal_delta) + abs(fee_delta))


def relief_of(event: Event, at: Instant) -> Relief | None:
    """Read an event as relief; None where it is none, or where a request was approved."""
    match event:
        case FeeWaived():
            kind, amount = "waiver", event.amount
        case AdjustmentMade():
            kind, amount = "adjustment", adjusted(event.principal_delta, event.fee_delta)
        case PaymentReversed():
            kind, amount = "reversal", event.amount
        case OverpaymentRefunded():
            kind, amount = "refund", event.amount
        case _:
            return None
    if event.request_id:
        return None
    return Relief(
        actor_id=event.approved_by,
        customer_id=event.customer_id,
        kind=kind,
        amount=amount,
        at=at,
    )


class Sum(Struct, frozen=True, kw_only=True):
    """What counts together under one limit."""

    limit: Money
    total: Money
    largest: Money
    count: int

    @property
    def is_over(self) -> bool:
        """Whether all of it together is above the limit."""
        return self.total > self.limit

    @property
    def is_split(self) -> bool:
        """Whether it is above the limit only together."""
        return self.is_over and self.largest <= self.limit


def sums_with(
    kind: str,
    amount: Money,
    others: Iterable[tuple[str, Money]],
    limit_of: Callable[[str], Money],
) -> tuple[Sum, ...]:
    """Give the sums that something is part of, by the limits of its own kind and of others.

    Sums under a limit lower than its own are those of others: it adds nothing to them.
    """
    own = limit_of(kind)
    parts = [(own, amount), *((limit_of(each), more) for each, more in others)]
    limits = sorted({limit for limit, _ in parts if limit >= own})
    return tuple(sum_under(limit, (more for at, more in parts if at <= limit)) for limit in limits)


def sum_under(limit: Money, amounts: Iterable[Money]) -> Sum:
    """Give the sum of some amounts, at least one, to be held against a limit."""
    parts = tuple(amounts)
    return Sum(limit=limit, total=total(parts), largest=max(parts), count=len(parts))


def fullest(sums: Iterable[Sum]) -> Sum:
    """Give the sum that is furthest above its limit, or leaves the least of it."""
    return max(sums, key=lambda each: each.total - each.limit)
