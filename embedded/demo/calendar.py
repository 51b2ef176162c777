"""Sydney's clock and calendar, in which the stories of the demo portfolio happen."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proto.values import Instant

SYDNEY: Final = ZoneInfo("Australia/Sydney")


def sydney(day: date, hour: int, minute: int) -> Instant:
    """Give the instant at which Sydney's clocks show a time."""
    return Instant.of(datetime.combine(day, time(hour, minute), tzinfo=SYDNEY))


def business_date(now: datetime) -> date:
    """Give the calendar date in Sydney."""
    return now.astimezone(SYDNEY).date()


def last_fifteenth(anchor: date) -> date:
    """Give the last 15th of a month that is over when the anchor date begins."""
    fifteenth = anchor.replace(day=15)
    if fifteenth < anchor:
        return fifteenth
    return (anchor.replace(day=1) - timedelta(days=1)).replace(day=15)
