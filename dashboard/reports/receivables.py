"""Active accounts, what they owe together, and how much of it is in which bucket."""

from typing import Final

from msgspec import Struct

from dashboard.formats import DASH
from dashboard.queries.portfolio import BucketView, PortfolioView
from proto.values import Money

TIES_TO: Final = "GetPortfolioSummary: total_active_accounts and total_receivables"

BUCKETS: Final = {
    "current": "Current",
    "early_arrears": f"1{DASH}14 days",
    "late_arrears": f"15{DASH}61 days",
    "default": "62 days and more",
}


class Receivables(Struct, frozen=True):
    """The whole, and its parts in the order of lateness."""

    accounts: int
    outstanding: Money
    buckets: dict[str, BucketView]

    @property
    def in_arrears(self) -> Money:
        """What is owed by accounts that are late."""
        late = (each for name, each in self.buckets.items() if name != "current")
        return Money(sum(each.outstanding for each in late))


def receivables(view: PortfolioView) -> Receivables:
    """Sum the buckets; one that nobody stands in is zero."""
    named = {name: view.buckets.get(name, BucketView()) for name in BUCKETS}
    other = {name: each for name, each in view.buckets.items() if each.accounts}
    every = {**other, **named}
    return Receivables(
        sum(each.accounts for each in every.values()),
        Money(sum(each.outstanding for each in every.values())),
        {name: every[name] for name in (*BUCKETS, *sorted(set(every) - set(BUCKETS)))},
    )
