"""What was given up as bad debt, less write-offs that were undone."""

from collections.abc import Iterable
from typing import Final

from dashboard.queries.portfolio import DayTotal
from dashboard.reports.money_in import signed
from proto.values import Money

TIES_TO: Final = "GetGLReconciliation: bad_debt_expense, where nothing was reversed afterwards"

TYPES: Final = ("WRITE_OFF", "WRITE_OFF_UNDO")


def written_off(totals: Iterable[DayTotal]) -> Money:
    """Sum what was written off."""
    every = list(totals)
    gone = sum(signed(each, TYPES[:1]) for each in every)
    return Money(gone - sum(signed(each, TYPES[1:]) for each in every))
