"""Which day it is for the business, and how far back a posting may count.

The business date is Sydney's calendar date, whatever the machine's clock shows; a day there may
have 23 or 25 hours, so dates are counted, never hours.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from ledger.errors import Refusal, Refused
from proto.values import CalendarDate

SYDNEY: Final = ZoneInfo("Australia/Sydney")
SUPERVISOR: Final = "supervisor"
_HOUR_SECONDS: Final = 3_600


class Window(Struct, frozen=True):
    """For how many days back a posting may count; who is a supervisor may go further back."""

    backdated_days_max: int = 30
    supervisor_backdated_days_max: int = 90

    def days_back(self, roles: Iterable[str]) -> int:
        """Give for how many days back a posting of somebody in these roles may count."""
        if SUPERVISOR in roles:
            return max(self.supervisor_backdated_days_max, self.backdated_days_max)
        return self.backdated_days_max


USUAL: Final = Window()


def business_date(moment: datetime) -> date:
    """Give Sydney's calendar date of an instant; Sydney's midnights are whole hours of UTC."""
    return _date_of_hour(int(moment.timestamp() // _HOUR_SECONDS))


@lru_cache(maxsize=4_096)
def _date_of_hour(hours: int) -> date:
    moment = datetime.fromtimestamp(hours * _HOUR_SECONDS, tz=UTC)
    return moment.astimezone(SYDNEY).date()


def effective_date(
    asked: CalendarDate, today: date, earliest: date, days_back: int
) -> CalendarDate:
    """Give the date from which a posting counts; today unless another was asked for.

    Refused: a date to come, one before the loan began, one too long ago.
    """
    if not asked:
        return _written(today)
    check_window("effective_date", asked, today, days_back)
    if asked.as_date() < earliest:
        raise Refused(
            Refusal.DATE_OUT_OF_WINDOW,
            f"The effective date {asked} is before the loan began, {earliest}. "
            "Use that one or a later one.",
            field="effective_date",
        )
    return asked


@lru_cache(maxsize=64)
def _written(today: date) -> CalendarDate:
    return CalendarDate(today.isoformat())


def check_window(field: str, asked: CalendarDate, today: date, days_back: int) -> None:
    """Refuse a date to come, and one too long ago."""
    day, name = asked.as_date(), field.replace("_", " ")
    if day > today:
        sentence = f"The {name} {asked} is still to come. Use {today} or earlier."
    elif day < today - timedelta(days=days_back):
        sentence = (
            f"The {name} {asked} is more than {days_back} days ago, as far back as you may go. "
            "Use a later one."
        )
    else:
        return
    raise Refused(Refusal.DATE_OUT_OF_WINDOW, sentence, field=field)
