"""What each posting of a loan changed about its debt, as a statement tells it.

Interest is told by what each time that was ended costs with all that is known today: what a
posting that counts from earlier changed about it is in those figures, and no line of its own.
A write-off takes all that is owed on its day, also what was told later; its undo brings it back.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec
from msgspec import Struct

from ledger.domain.counting import counted
from ledger.domain.money import ZERO, minus, plus
from proto.events import (
    AccountWrittenOff,
    InterestAccrued,
    PaymentReversed,
    PostingEvent,
    WriteOffUndone,
)
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
        return _given_up_whole(found)
    told = sorted(interest)
    others = {*ends, *(line.day.as_date() for line in found), *_days_before_write_offs(found)}
    days = sorted({*told, *(each for each in others if each < told[-1])})
    charged, before = counted(recorded, annual_rate_ppm, told[-1], days).charged_by, Money(0)
    for day in days:
        event = interest[told[bisect_left(told, day)]]
        delta, before = minus(charged[day], before), charged[day]
        if delta:
            found.append(Line(CalendarDate(day.isoformat()), event, delta))
    return _given_up_whole(found)


def _days_before_write_offs(found: Iterable[Line]) -> Iterator[date]:
    """Give the days through which interest was owed when a loan was written off."""
    for line in found:
        if isinstance(line.posting, AccountWrittenOff):
            yield line.day.as_date() - timedelta(days=1)


def _given_up_whole(found: Iterable[Line]) -> list[Line]:
    """Put the lines in order; between a write-off and its undo nothing that was given up is owed.

    A payment of before that is taken back after the undo tells more debt than was written off.
    """
    in_order, debt = list[Line](), ZERO
    given_up, taken = ZERO, ZERO
    is_given_up = False
    for line in sorted(found, key=lambda line: line.day):  # stable
        delta = line.delta
        if isinstance(line.posting, AccountWrittenOff):
            is_given_up, given_up, taken = True, max(debt, ZERO), delta
            delta = minus(ZERO, given_up)
        elif isinstance(line.posting, WriteOffUndone) and is_given_up:
            is_given_up, delta = False, plus(given_up, taken, delta)
        elif isinstance(line.posting, PaymentReversed) and is_given_up and delta:
            owed = plus(debt, given_up, delta)
            given_up = max(owed, ZERO)
            delta = minus(owed, given_up, debt)
        debt = plus(debt, delta)
        in_order.append(msgspec.structs.replace(line, delta=delta))
    return in_order
