"""Redis: reads the streams as one of a group, takes over what others left, acknowledges.

Entries are read as bytes, so that one field that is not UTF-8 fails alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import redis
from redis.exceptions import (
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from projector.item import Delivery, Entry
from proto.streams import INBOX, INTERNAL, PROJECTOR_GROUP

GROUP: Final = PROJECTOR_GROUP
STREAMS: Final = (INBOX, INTERNAL)
FIRST_COUNT: Final = 200
"""How many entries the first read asks for, before it is known how large they are."""
SCRIPT_FIELDS_MAX: Final = 1_000
"""Redis's scripts pass on fewer than 8,000 names and values at once."""

PASSING: Final = re.compile(
    r"\b(LOADING|BUSY|READONLY|MASTERDOWN|NOGROUP|UNBLOCKED|MISCONF|OOM|NOREPLICAS)\b|no such key",
)
PASSING_KINDS: Final = (
    redis.ConnectionError,
    redis.TimeoutError,
    ReadOnlyError,
    OutOfMemoryError,
    ClusterDownError,
    TryAgainError,
)
"""Of the last four redis-py drops the code; the text of a script keeps it in its middle."""


class Reader:
    """Reads new entries; how many at once follows from how large the last ones were."""

    def __init__(
        self, client: redis.Redis, consumer: str, *, entries_max: int, bytes_max: int
    ) -> None:
        self._client, self._consumer = client, consumer
        self._entries_max, self._bytes_max = entries_max, bytes_max
        self.count = min(FIRST_COUNT, entries_max)
        self.is_behind = False
        """Whether the last read gave as much as it asked for: there may be more of it."""
        self.begun_anew: set[str] = set()
        """The streams whose group was not there; whoever looks at them empties this."""

    def make_groups(self) -> None:
        """Make the group on each stream, from its first entry; one that is there stays."""
        self.begun_anew.update(each for each in STREAMS if make_group(self._client, each))

    def read(self, streams: Sequence[str], wait_ms: int | None) -> list[Entry]:
        """Read new entries of all streams at once; wait for the first when given a time."""
        asked = self.count
        entries = self._read(dict.fromkeys(streams, ">"), wait_ms, Delivery.FIRST, asked)
        self.is_behind = len(entries) >= asked
        return entries

    def read_pending(self, stream: str, after: str) -> list[Entry]:
        """Read entries again that this consumer was given and never acknowledged."""
        return self._read({stream: after}, None, Delivery.LATER, self.count)

    def _read(
        self, places: dict[Any, Any], wait_ms: int | None, delivery: Delivery, count: int
    ) -> list[Entry]:
        try:
            answer = self._client.xreadgroup(
                GROUP, self._consumer, places, count=count, block=wait_ms
            )
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            self.make_groups()
            return []
        entries = [
            Entry(stream.decode(), entry_id.decode(), fields or {}, delivery)
            for stream, listed in _by_stream(answer)
            for entry_id, fields in listed
        ]
        self._learn(entries)
        return entries

    def _learn(self, entries: Sequence[Entry]) -> None:
        if entries:
            mean = sum(entry.size for entry in entries) // len(entries) + 1
            self.count = max(1, min(self._entries_max, self._bytes_max // mean))


def make_group(client: redis.Redis, stream: str, group: str = GROUP) -> bool:
    """Make the group at the stream's first entry, and the stream with it; False: it was there."""
    try:
        client.xgroup_create(stream, group, id="0", mkstream=True)
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise
        return False
    return True


def is_passing(error: redis.RedisError) -> bool:
    """Tell whether Redis will take the same command later: what it says of itself, not of us.

    A disk or a memory that is full, or a server that became a replica, is waited for.
    """
    if isinstance(error, PASSING_KINDS):
        return True
    return isinstance(error, ResponseError) and PASSING.search(str(error)) is not None


def acknowledge(client: redis.Redis, entries: Iterable[Entry]) -> None:
    """Tell Redis that the effect of these entries is durable."""
    by_stream: dict[str, list[str]] = {}
    for entry in entries:
        by_stream.setdefault(entry.stream, []).append(entry.entry_id)
    for stream, entry_ids in by_stream.items():
        client.xack(stream, GROUP, *entry_ids)


def batches(entries: Sequence[Entry], *, entries_max: int, bytes_max: int) -> Iterator[list[Entry]]:
    """Cut what was read into batches that are small enough for one transaction."""
    cut: list[Entry] = []
    size = 0
    for entry in entries:
        if cut and (len(cut) >= entries_max or size + entry.size > bytes_max):
            yield cut
            cut, size = [], 0
        cut.append(entry)
        size += entry.size
    if cut:
        yield cut


def _by_stream(answer: Any) -> list[Any]:  # noqa: ANN401 - redis-py's answer has no type
    """Bring both shapes of the answer (RESP2 a list, RESP3 a map) into one."""
    if not answer:
        return []
    if isinstance(answer, dict):
        return [(stream, pages[0]) for stream, pages in answer.items()]
    return list(answer)
