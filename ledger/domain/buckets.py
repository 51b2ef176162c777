"""How late an account is, in the words of the contract."""

from datetime import date
from typing import Final

from ledger.domain.money import ZERO, plus
from ledger.domain.schedule import Instalment, Schedule
from proto.values import Money

CURRENT: Final = "current"
CLOSED: Final = "closed"
BUCKETS: Final = ((62, "default"), (15, "late_arrears"), (1, "early_arrears"), (0, CURRENT))
"""The least days past due of each bucket, the worst first."""

BUCKET_NAMES: Final = tuple(name for _, name in BUCKETS)


def bucket_of(days_past_due: int) -> str:
    """Name the bucket of an open account."""
    if days_past_due == 0:
        return CURRENT
    return next(name for least, name in BUCKETS if days_past_due >= least)


def overdue(schedule: Schedule, today: date) -> tuple[Instalment, ...]:
    """Give the instalments that are open past their due date, the oldest first.

    By the date alone: while missed days are caught up with, one may have been told overdue
    on a later day than the one that is asked about.
    """
    on = today.isoformat()
    open_past = [each for each in schedule if each.remaining and each.due_date < on]
    if not open_past:
        return ()
    return tuple(sorted(open_past, key=lambda each: (each.due_date, each.payment_number)))


def days_past_due(schedule: Schedule, today: date) -> int:
    """Count the days since the oldest overdue instalment fell due; 0: none is."""
    late = overdue(schedule, today)
    return (today - late[0].due_date.as_date()).days if late else 0


def days_until_overdue(schedule: Schedule, today: date) -> int:
    """Count the days until something is overdue if nothing is paid; 0: it is, or never will be.

    An instalment that falls due today is overdue tomorrow.
    """
    if overdue(schedule, today):
        return 0
    dues = [each.due_date.as_date() for each in schedule if each.remaining]
    return (min(dues) - today).days + 1 if dues else 0


def overdue_amount(schedule: Schedule, today: date) -> Money:
    """Sum what overdue instalments still ask for."""
    return plus(ZERO, *(each.remaining for each in overdue(schedule, today)))
