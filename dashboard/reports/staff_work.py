"""What each staff member did: events, postings and what these moved."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from dashboard.queries.portfolio import StaffSum
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
    def moved(transaction_type: str) -> Money:
        theirs = (each for each in days if each.transaction_type == transaction_type)
        return Money(sum(each.amount for each in theirs))

    return Work(
        staff_id,
        sum(each.count for each in days),
        sum(each.count for each in days if each.transaction_type),
        moved("FEE_WAIVER"),
        moved("REPAYMENT"),
    )
