"""Dead letters: what could never be applied, kept whole with the reason.

The count of an event's failures is ours: Redis's own rises for every neighbour that was
delivered along with it.
"""

from collections.abc import Callable
from typing import Any, Final

import redis

from projector.item import Entry
from proto.streams import DEAD_LETTERS, PROJECTOR_GROUP
from proto.values import Instant

FAILURES: Final = f"failures:{PROJECTOR_GROUP}"


class DeadLetters:
    """Counts failures and moves entries away."""

    def __init__(self, client: redis.Redis, tries_max: int, clock: Callable[[], Instant]) -> None:
        self._client, self._tries_max, self._clock = client, tries_max, clock

    def failed(self, entry: Entry, error: Exception) -> bool:
        """Count a failure; the last one moves the entry away. Tell whether it did."""
        tries = int(self._client.hincrby(FAILURES, _name(entry), 1))
        if tries < self._tries_max:
            return False
        self.move(entry, error)
        return True

    def move(self, entry: Entry, error: Exception) -> None:
        """Put an entry among the dead letters and acknowledge it, in one step."""
        letter: dict[Any, Any] = {
            **entry.fields,
            "original_message_id": entry.entry_id,
            "original_stream": entry.stream,
            "error": f"{type(error).__name__}: {error}",
            "moved_at": str(self._clock()),
        }
        pipeline = self._client.pipeline(transaction=True)
        pipeline.xadd(DEAD_LETTERS, letter)
        pipeline.xack(entry.stream, PROJECTOR_GROUP, entry.entry_id)
        pipeline.hdel(FAILURES, _name(entry))
        pipeline.execute()

    def forget(self, entries: list[Entry]) -> None:
        """Forget the failures of entries that went through after all."""
        if entries and self._client.exists(FAILURES):
            self._client.hdel(FAILURES, *[_name(entry) for entry in entries])


def _name(entry: Entry) -> str:
    return f"{entry.stream}/{entry.entry_id}"
