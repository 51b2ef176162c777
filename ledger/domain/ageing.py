"""How late an account is, as told: by whichever command changed it, and at the end of a day.

An instalment is past due from the day after its due date until nothing of it is open.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from ledger.domain import buckets
from ledger.domain.schedule import Instalment, Schedule
from proto.events import AgingUpdated
from proto.values import Code, Instant

CURRENT: Final = Code(buckets.CURRENT)
OVER: Final = Code(buckets.CLOSED)


class Ageing(Struct, frozen=True):
    """How late the account was when it was last aged."""

    days_past_due: int = 0
    bucket: Code = CURRENT
    is_in_arrears: bool = False
    updated_at: Instant | None = None
    previous_bucket: Code = Code("")
    transition_reason: str = ""


class Lateness(Struct, frozen=True):
    """How late an account is on a day."""

    days_past_due: int
    bucket: Code

    @property
    def is_in_arrears(self) -> bool:
        """Whether an instalment is past due."""
        return self.days_past_due > 0


def oldest_open(schedule: Schedule) -> Instalment | None:
    """Give the instalment of which something is open that fell due first."""
    return min((each for each in schedule if each.remaining), key=_due, default=None)


def lateness(schedule: Schedule, on: date, *, is_over: bool = False) -> Lateness:
    """Say how late an account is on a day; one that is over is not late any more."""
    if is_over:
        return Lateness(0, OVER)
    late = buckets.days_past_due(schedule, on)
    return Lateness(late, Code(buckets.bucket_of(late)))


def is_told(told: Ageing, late: Lateness) -> bool:
    """Tell whether what was last told says the same; of a new account nothing was told."""
    if told.updated_at is None:
        return False
    return (told.days_past_due, told.bucket) == (late.days_past_due, late.bucket)


def aged(event: AgingUpdated) -> Ageing:
    """Take over what an event says. Without a flag, any bucket past the first is arrears."""
    in_arrears = event.is_in_arrears
    if in_arrears is None:
        in_arrears = event.bucket not in (CURRENT, OVER)
    return Ageing(
        event.dpd,
        event.bucket,
        in_arrears,
        event.last_updated,
        event.previous_bucket,
        event.transition_reason,
    )


def _due(each: Instalment) -> str:
    return each.due_date
