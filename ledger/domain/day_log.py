"""The business dates that were ended: the fold of `day.ended.v1`."""

from datetime import date

from msgspec import Struct

from proto.events import DayEnded
from proto.values import Instant


class DayLog(Struct, frozen=True, kw_only=True):
    """The last date that was ended; every one before it was ended too."""

    version: int
    last_ended: date
    updated_at: Instant


def evolve(log: DayLog | None, event: DayEnded, version: int, at: Instant) -> DayLog:
    """Apply one event."""
    ended = event.business_date.as_date()
    last = ended if log is None else max(ended, log.last_ended)
    return DayLog(version=version, last_ended=last, updated_at=at)
