"""What each posting of a loan changed about its debt, as a statement tells it.

Interest is told by what each time that was ended costs with all that is known today: what a
posting that counts from earlier changed about it is in those figures, and no line of its own.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from ledger.domain.counting import counted
from ledger.domain.money import minus
from proto.events import InterestAccrued, PostingEvent
from proto.values import CalendarDate, Money


class Line(Struct, frozen=True):
    """A posting, the day under which it stands, and what it does to the debt.

    `delta` goes below zero where the customer is owed something: the debt itself never does.
    """

    day: CalendarDate
    posting: PostingEvent
    delta: Money


def lines(postings: Iterable[PostingEvent], annual_rate_ppm: int) -> list[Line]:
    """Give the lines by day, then as recorded; a day's interest after what else it brought."""
    recorded = list(postings)
    interest: dict[date, InterestAccrued] = {}
    found = []
    for event in recorded:
        if isinstance(event, InterestAccrued):
            interest.setdefault(event.through_date.as_date(), event)
        else:
            delta = minus(event.total_delta, event.overpayment_delta)
            found.append(Line(event.effective_date, event, delta))
    days = sorted(interest)
    charged = counted(recorded, annual_rate_ppm, days[-1], days).charged_by if days else {}
    before = Money(0)
    for day in days:
        event, delta, before = interest[day], minus(charged[day], before), charged[day]
        if delta:
            found.append(Line(event.through_date, event, delta))
    return sorted(found, key=lambda line: line.day)  # stable
