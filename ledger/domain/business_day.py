"""Which day it is for the business: the calendar of Sydney, whatever the machine's."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.errors import Refusal, Refused
from proto.values import CalendarDate

SYDNEY: Final = ZoneInfo("Australia/Sydney")
BACKDATED_DAYS_MAX: Final = 30


def business_date(moment: datetime) -> date:
    """Give the business date of an instant."""
    return moment.astimezone(SYDNEY).date()


def effective_date(asked: CalendarDate, today: date, earliest: date | None) -> CalendarDate:
    """Give the date from which a posting counts; today unless another was asked for.

    Refused: a date to come, one before the loan was paid out, one too long ago.
    """
    if not asked:
        return CalendarDate(today.isoformat())
    day = asked.as_date()
    if day > today:
        raise _outside(f"The effective date {asked} is still to come. Use {today} or earlier.")
    if day < today - timedelta(days=BACKDATED_DAYS_MAX):
        raise _outside(
            f"The effective date {asked} is more than {BACKDATED_DAYS_MAX} days ago. "
            "Use a later one."
        )
    if earliest is not None and day < earliest:
        raise _outside(f"The effective date {asked} is before the loan was paid out, {earliest}.")
    return asked


def _outside(sentence: str) -> Refused:
    return Refused(Refusal.DATE_OUT_OF_WINDOW, sentence, field="effective_date")
