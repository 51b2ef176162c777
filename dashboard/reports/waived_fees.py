"""Fees that were waived, by reason, less waivers that were taken back."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from dashboard.queries.portfolio import DayTotal
from dashboard.reports.money_in import signed
from proto.values import Money

TIES_TO: Final = "GetGLReconciliation: fee_waivers"

TYPES: Final = ("FEE_WAIVER",)


def by_reason(totals: Iterable[DayTotal]) -> dict[str, Money]:
    """Sum by reason code (empty where none was given), the largest first."""
    sums: dict[str, int] = defaultdict(int)
    for each in totals:
        cents = signed(each, TYPES)
        if cents:
            sums[each.reason_code] += cents
    return {name: Money(sums[name]) for name in sorted(sums, key=lambda name: -sums[name])}
