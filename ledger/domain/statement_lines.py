"""What each posting of a loan changed about its debt, as a statement tells it.

Interest is told by what each time that was ended costs with all that is known today: what a
posting that counts from earlier changed about it is in those figures, and no line of its own.
"""

from bisect import bisect_left
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


def lines(
    postings: Iterable[PostingEvent], annual_rate_ppm: int, ends: Iterable[date] = ()
) -> list[Line]:
    """Give the lines by day, then as recorded; a day's interest after what else it brought.

    Interest of several days that was told at once, as of a loan that was open again, is parted
    where another line stands between, and at the ends of a period.
    """
    recorded = list(postings)
    interest: dict[date, InterestAccrued] = {}
    found = []
    for event in recorded:
        if isinstance(event, InterestAccrued):
            interest.setdefault(event.through_date.as_date(), event)
        else:
            delta = minus(event.total_delta, event.overpayment_delta)
            found.append(Line(event.effective_date, event, delta))
    if not interest:
        return sorted(found, key=lambda line: line.day)  # stable
    told = sorted(interest)
    others = {*ends, *(line.day.as_date() for line in found)}
    days = sorted({*told, *(each for each in others if each < told[-1])})
    charged, before = counted(recorded, annual_rate_ppm, told[-1], days).charged_by, Money(0)
    for day in days:
        event = interest[told[bisect_left(told, day)]]
        delta, before = minus(charged[day], before), charged[day]
        if delta:
            found.append(Line(CalendarDate(day.isoformat()), event, delta))
    return sorted(found, key=lambda line: line.day)  # stable
