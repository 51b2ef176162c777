"""Fees that were waived, by reason, and those of these waivers that were taken back."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from dashboard import request_words
from dashboard.queries.portfolio import DayTotal
from dashboard.queries.portfolio_rows import TAKEN_BACK
from dashboard.reports.money_in import signed
from proto.values import Money

TIES_TO: Final = "GetGLReconciliation: fee_waivers"

TYPES: Final = ("FEE_WAIVER",)


def by_reason(totals: Iterable[DayTotal]) -> dict[str, Money]:
    """Sum by reason code (empty where none was given), the largest first.

    A reversal has a reason of its own and does not tell that of the waiver: what was taken
    back stands under `TAKEN_BACK`, below zero.
    """
    sums: dict[str, int] = defaultdict(int)
    for each in totals:
        cents = signed(each, TYPES)
        if cents:
            sums[each.reason_code if each.transaction_type in TYPES else TAKEN_BACK] += cents
    return {name: Money(sums[name]) for name in sorted(sums, key=lambda name: -sums[name])}


def in_words(reason: str) -> str:
    """Say a line's reason; empty where none was given."""
    if reason == TAKEN_BACK:
        return "Taken back"
    return request_words.reason(reason) if reason else ""
