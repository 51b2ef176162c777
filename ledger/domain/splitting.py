"""Splitting: what one person does for one customer in a day is taken together.

A sum is held against the highest of the limits of the kinds that are in it, so that
neither several small waivers nor a waiver beside an adjustment pass where one would not.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from ledger.domain.money import plus, total
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


def sum_and_limit(
    kind: str,
    amount: Money,
    others: Iterable[tuple[str, Money]],
    limit_of: Callable[[str], Money],
) -> tuple[Money, Money]:
    """Give the sum of an amount with others, and the highest limit of the kinds in it."""
    every = [(kind, amount), *others]
    summed = plus(total(each for _, each in every))
    return summed, max(limit_of(each) for each, _ in every)
