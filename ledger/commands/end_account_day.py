"""The end of a business day for one account: interest through it, and how late it is after it.

An instalment due on that day of which something is open is overdue from then on: the account is
aged as the day that begins finds it.
"""

from datetime import date, timedelta
from typing import ClassVar

from ledger.commands import consequences, steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.course import Course
from ledger.domain import ageing
from ledger.domain.loan import Loan
from ledger.domain.rights import Right
from ledger.domain.schedule import Instalment
from proto.events import InstalmentChange, LedgerEvent, ScheduleUpdated
from proto.values import Code


class NothingToEnd(Exception):  # noqa: N818 - no error: the day brings nothing to the account
    """The account stays as it is at the end of this day."""


class EndAccountDay(AccountCommand, frozen=True, kw_only=True):
    """End a business date for one account."""

    right: ClassVar = Right.END_DAY
    business_date: date


def decide(loan: Loan | None, command: EndAccountDay, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Accrue, tell what is overdue, age. Raises NothingToEnd."""
    course = Course(steps.existing(loan, command, facts), facts)
    if course.loan.is_running:
        _end(course, command.business_date)
    if not course.events():
        raise NothingToEnd
    return course.events()


def _end(course: Course, day: date) -> None:
    through = course.loan.accrual.through
    if course.loan.annual_rate_ppm and (through is None or through.as_date() < day):
        consequences.accrue(course, day)
    overdue = tuple(each for each in course.loan.instalments if _falls_overdue(each, day))
    if overdue:
        course.add(
            ScheduleUpdated(
                account_id=course.loan.account_id,
                schedule_id=course.loan.schedule_id,
                payments=tuple(_overdue(each, course.facts) for each in overdue),
            )
        )
    late = consequences.lateness_of(course.loan, day + timedelta(days=1))
    told = course.loan.ageing
    # What was told on a later day than the one that is caught up with stands.
    if late.days_past_due > told.days_past_due or told.updated_at is None:
        consequences.tell_lateness(course, late)


def _falls_overdue(each: Instalment, day: date) -> bool:
    return bool(each.remaining) and not each.is_overdue and each.due_date.as_date() <= day


def _overdue(each: Instalment, facts: Facts) -> InstalmentChange:
    return InstalmentChange(
        payment_number=each.payment_number,
        status=Code("OVERDUE"),
        amount_paid=each.paid,
        amount_remaining=each.remaining,
        last_updated=facts.at,
    )


def next_day(loan: Loan) -> date | None:
    """Give the first business date whose end may change something about a loan; None: none."""
    if not loan.is_running:
        return None
    days = [each.due_date.as_date() for each in loan.instalments if _is_awaited(each)]
    if loan.ageing.updated_at is None:
        days.append(loan.earliest_effective)
    oldest = ageing.oldest_open(loan.instalments)
    if oldest is not None:
        days.append(oldest.due_date.as_date() + timedelta(days=loan.ageing.days_past_due))
    if loan.annual_rate_ppm and loan.principal:
        through = loan.accrual.through
        days.append(through.as_date() + timedelta(days=1) if through else loan.earliest_effective)
    return min(days, default=None)


def _is_awaited(each: Instalment) -> bool:
    return bool(each.remaining) and not each.is_overdue
