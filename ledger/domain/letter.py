"""Who asked for a dead letter: the fold of `letter.opened.v1`, `.replayed`, `.resolved`."""

from msgspec import Struct

from proto.events import LetterEvent, LetterResolved
from proto.values import Instant, Key


class LetterLog(Struct, frozen=True, kw_only=True):
    """What was asked of one letter, a version each; what is in it the ledger never knows."""

    letter_id: Key
    version: int
    updated_at: Instant
    is_closed: bool = False


def evolve(log: LetterLog | None, event: LetterEvent, version: int, at: Instant) -> LetterLog:
    """Apply one event; what was closed stays so."""
    is_closed = isinstance(event, LetterResolved) or (log is not None and log.is_closed)
    return LetterLog(letter_id=event.letter_id, version=version, updated_at=at, is_closed=is_closed)
