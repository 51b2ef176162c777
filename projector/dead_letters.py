"""Dead letters: what could never be applied, kept whole with the reason.

The count of an event's failures is ours: Redis's own rises for every neighbour that was
delivered along with it. An event of our ledger comes by the stream and again from the
ledger, as often as its subject's gap is looked at: it is one dead letter all the same.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import redis

from projector.item import Entry
from proto.codec import InvalidBody
from proto.streams import DEAD_LETTERS, INTERNAL, PROJECTOR_GROUP
from proto.values import Instant

FAILURES: Final = f"failures:{PROJECTOR_GROUP}"
NAMED: Final = re.compile(r"Invalid\w+: ")
DEAD: Final = f"dead-ledger-events:{PROJECTOR_GROUP}"


class DeadLetters:
    """Counts failures and moves entries away."""

    def __init__(self, client: redis.Redis, tries_max: int, clock: Callable[[], Instant]) -> None:
        self._client, self._tries_max, self._clock = client, tries_max, clock

    def failed(self, entry: Entry, error: Exception) -> bool:
        """Count a failure; the last one moves the entry away. Tell whether it did."""
        tries = int(self._client.hincrby(FAILURES, _name(entry), 1))
        if tries < self._tries_max:
            return False
        return self.move(entry, error, tries)

    def move(self, entry: Entry, error: Exception, tries: int = 1) -> bool:
        """Put an entry among the dead letters and acknowledge it, in one step.

        Tell whether it was put there: an event of our ledger that is dead already is not.
        """
        return bool(self.move_all([(entry, error)], tries))

    def move_all(
        self, dead: Sequence[tuple[Entry, Exception]], tries: int = 1
    ) -> list[tuple[Entry, Exception]]:
        """Do so with several at once, each tried so often; give those that were put there."""
        moved: list[tuple[Entry, Exception]] = []
        told: set[str] = set()
        pipeline = self._client.pipeline(transaction=True)
        for entry, error in dead:
            ledger_id = _ledger_id(entry)
            known = ledger_id and (ledger_id in told or self._client.sismember(DEAD, ledger_id))
            if not known:
                moved.append((entry, error))
                told.add(ledger_id)
                pipeline.xadd(DEAD_LETTERS, self._letter(entry, error, tries))
                if ledger_id:
                    pipeline.sadd(DEAD, ledger_id)
            if not entry.is_fetched:
                pipeline.xack(entry.stream, PROJECTOR_GROUP, entry.entry_id)
            pipeline.hdel(FAILURES, _name(entry))
        if dead:
            pipeline.execute()
        return moved

    def _letter(self, entry: Entry, error: Exception, tries: int) -> dict[Any, Any]:
        return {
            **entry.fields,
            b"original_message_id": entry.entry_id,
            b"original_stream": entry.stream,
            b"error": described(error),
            b"moved_at": str(self._clock()),
            b"deliveries": str(tries),
        }

    def forget(self, entries: list[Entry]) -> None:
        """Forget the failures of entries that went through after all."""
        if entries and self._client.exists(FAILURES):
            self._client.hdel(FAILURES, *[_name(entry) for entry in entries])
        known = [each for each in map(_ledger_id, entries) if each]
        if known and self._client.exists(DEAD):
            self._client.srem(DEAD, *known)


def described(error: Exception) -> str:
    """Give an error's class and text; of a body's, the class that says what is wrong in it."""
    text = str(error)
    if isinstance(error, InvalidBody) and NAMED.match(text):
        return text
    return f"{type(error).__name__}: {text}"


def _name(entry: Entry) -> str:
    return f"{entry.stream}/{_ledger_id(entry) if entry.is_fetched else entry.entry_id}"


def _ledger_id(entry: Entry) -> str:
    """Give the id that our ledger gave to an event, the same however it came."""
    is_ours = entry.stream == INTERNAL
    return entry.fields.get(b"id", b"").decode(errors="replace") if is_ours else ""
