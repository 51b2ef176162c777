"""Simple daily interest: how far it is accrued."""

from msgspec import Struct

from ledger.domain.money import ZERO, plus
from proto.events import InterestAccrued
from proto.values import CalendarDate, Money


class Accrual(Struct, frozen=True):
    """Through which business date interest is accrued, and what is left of a cent.

    `remainder` is in cents x ppm x days of the year; `charged` all interest ever accrued.
    """

    through: CalendarDate | None = None
    remainder: int = 0
    charged: Money = ZERO


def accrued(accrual: Accrual, event: InterestAccrued) -> Accrual:
    """Take over what an event accrued."""
    return Accrual(event.through_date, event.remainder, plus(accrual.charged, event.interest_delta))
