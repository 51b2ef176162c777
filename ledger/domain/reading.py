"""What somebody has read of the sealed texts: the fold of `text.revealed.v1`."""

from msgspec import Struct

from proto.events import TextRevealed
from proto.values import Instant


class ReadingLog(Struct, frozen=True, kw_only=True):
    """One person's readings, a version each."""

    version: int
    updated_at: Instant


def evolve(_log: ReadingLog | None, _event: TextRevealed, version: int, at: Instant) -> ReadingLog:
    """Apply one event."""
    return ReadingLog(version=version, updated_at=at)
