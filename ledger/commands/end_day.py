"""The end of a business day for the books as a whole: written down once all accounts had it."""

from datetime import date
from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.domain.day_log import DayLog
from ledger.domain.rights import Right
from proto.events import BucketStanding, DayEnded, LedgerEvent
from proto.subjects import END_OF_DAY
from proto.values import CalendarDate, Key


class EndDay(Command, frozen=True, kw_only=True):
    """Say that a business date is ended."""

    right: ClassVar = Right.END_DAY
    business_date: date
    accounts_accrued: int
    accounts_aged: int
    buckets: tuple[BucketStanding, ...] = ()

    @property
    def subject_id(self) -> Key:
        """The history of all ended days."""
        return Key(END_OF_DAY)


def decide(_log: DayLog | None, command: EndDay, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Write it down; the idempotency key, one a date, keeps it from being there twice."""
    ended = DayEnded(
        business_date=CalendarDate(command.business_date.isoformat()),
        accounts_accrued=command.accounts_accrued,
        accounts_aged=command.accounts_aged,
        buckets=command.buckets,
    )
    return (ended,)
