"""Simple daily interest on principal, exact to the last part of a cent.

The day count is actual/365, fixed: each day costs the principal at its end times the annual
rate divided by 365, also in a leap year, so a leap year costs 366 days of it. Interest bears no
interest. The day of the disbursement counts, the day on which principal is paid does not.

What is due through a date is always worked out from the loan's first day on (`counting`) and cut to
the whole cent once, so accruing day by day comes to the same as at once, and a posting that counts
from an earlier date changes exactly what it must.
"""

from typing import Final

from msgspec import Struct

from ledger.domain.money import ZERO, plus
from proto.events import InterestAccrued
from proto.values import CalendarDate, Money

DAYS_OF_YEAR: Final = 365
PARTS: Final = 1_000_000
"""The annual rate is in parts per million."""


class Accrual(Struct, frozen=True):
    """Through which business date interest is accrued, and what is left of a cent.

    `remainder` is in cents x ppm x days of the year; `charged` all interest ever accrued.
    """

    through: CalendarDate | None = None
    remainder: int = 0
    charged: Money = ZERO


def accrued(accrual: Accrual, event: InterestAccrued) -> Accrual:
    """Take over what an event accrued; what was paid of interest taken back went elsewhere."""
    charged = plus(accrual.charged, event.total_delta, Money(-event.overpayment_delta))
    through = max(filter(None, (accrual.through, event.through_date)))
    return Accrual(through, event.remainder, charged)
