"""What each staff member did: events, postings and what these moved.

A reversal takes away from who made it, so that each column adds up to the figure of all.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from dashboard.queries.portfolio import StaffSum
from dashboard.reports import money_in, waived_fees
from proto.values import Money

TIES_TO: Final = "ReadJournal: the events of each actor, one by one"


class Work(Struct, frozen=True):
    """One staff member's work in a period."""

    staff_id: str
    events: int
    postings: int
    waived: Money
    received: Money


def staff_work(days: Iterable[StaffSum]) -> list[Work]:
    """Sum by staff member, the busiest first."""
    by_person: dict[str, list[StaffSum]] = defaultdict(list)
    for each in days:
        by_person[str(each.staff_id)].append(each)
    worked = [_work(who, theirs) for who, theirs in by_person.items()]
    return sorted(worked, key=lambda each: (-each.events, each.staff_id))


def _work(staff_id: str, days: list[StaffSum]) -> Work:
    def moved(types: tuple[str, ...]) -> Money:
        return Money(sum(money_in.signed(each, types) for each in days))

    return Work(
        staff_id,
        sum(each.count for each in days),
        sum(each.count for each in days if each.transaction_type),
        moved(waived_fees.TYPES),
        moved(money_in.TYPES),
    )
