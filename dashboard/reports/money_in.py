"""What customers paid: repayments, corrected ones and recoveries, less what was taken back."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from dashboard.queries.portfolio import DayTotal, StaffSum
from proto.values import Money

TIES_TO: Final = "GetGLReconciliation: the repayments of the three receivables, and TrialBalance"

TYPES: Final = ("REPAYMENT", "CORRECTION", "RECOVERY")

MONTH: Final = "month"
STEPS: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda on: on,
    "week": lambda on: on - timedelta(days=on.weekday()),
    MONTH: lambda on: on.replace(day=1),
}
"""To which day a day's money is added: itself, its Monday, the first of its month."""


def last_day(begins: date, step: str) -> date:
    """Give the last day whose money is added to a day that is such a step's first."""
    last = begins
    while STEPS[step](last + timedelta(days=1)) == begins:
        last += timedelta(days=1)
    return last


def signed(total: DayTotal | StaffSum, types: tuple[str, ...]) -> int:
    """Give what a sum adds, in cents; a reversal of one of the types takes away."""
    if total.transaction_type in types:
        return int(total.amount)
    if total.transaction_type == "REVERSAL" and total.original_type in types:
        return -int(total.amount)
    return 0


def money_in(totals: Iterable[DayTotal]) -> Money:
    """Sum what came in."""
    return Money(sum(signed(each, TYPES) for each in totals))


def by_step(totals: Iterable[DayTotal], step: str) -> dict[date, Money]:
    """Sum what came in by day, week or month."""
    sums: dict[date, int] = defaultdict(int)
    for each in totals:
        cents = signed(each, TYPES)
        if cents:
            sums[STEPS[step](each.date.as_date())] += cents
    return {on: Money(sums[on]) for on in sorted(sums)}
