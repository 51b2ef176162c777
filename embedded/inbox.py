"""Publishes onto the inbox, and tells what the projector has made of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import redis
from msgspec import Struct

from proto.streams import DEAD_LETTERS, INBOX, PROJECTOR_GROUP

BATCH: Final = 500
READ_AT_ONCE: Final = 1_000


class EntryId(Struct, frozen=True, order=True):
    """A place in a stream, in the stream's order."""

    milliseconds: int
    sequence: int

    @classmethod
    def parse(cls, raw: bytes) -> "EntryId":
        """Read Redis' own form, `1700000000000-0`."""
        milliseconds, _, sequence = raw.decode().partition("-")
        return cls(int(milliseconds), int(sequence or 0))


START: Final = EntryId(0, 0)


class Inbox:
    """The inbox as a publisher sees it; `published` counts what this one has published."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._ends: list[tuple[EntryId, int]] = []
        self.published = 0
        self.first: EntryId | None = None
        self._dead_from = self._last_dead_letter()

    @property
    def last(self) -> EntryId:
        """The last entry that was published here."""
        return self._ends[-1][0] if self._ends else START

    def publish(self, batch: Sequence[Mapping[str, str]]) -> None:
        """Publish events in their order, in one round trip."""
        if not batch:
            return
        pipeline = self._client.pipeline(transaction=False)
        for fields in batch:
            pipeline.xadd(INBOX, cast("Any", dict(fields)))
        ids = [EntryId.parse(raw) for raw in pipeline.execute()]
        self.first = self.first or ids[0]
        self.published += len(ids)
        self._ends.append((ids[-1], self.published))

    def delivered(self) -> int:
        """Count how many of ours the projector was given, to whole batches."""
        place = self._delivered_to()
        return max((count for end, count in self._ends if end <= place), default=0)

    def is_done(self) -> bool:
        """Tell whether the projector has been given all of ours and acknowledged them."""
        if not self.published:
            return True
        if self._delivered_to() < self.last:
            return False
        oldest = cast("list[Any]", self._pending())
        return not oldest or EntryId.parse(oldest[0]["message_id"]) > self.last

    def dead_lettered(self) -> int:
        """Count ours among the dead letters since we began."""
        count, start = 0, self._dead_from
        first = self.first
        while first is not None:
            entries = cast(
                "list[tuple[bytes, dict[bytes, bytes]]]",
                self._client.xrange(DEAD_LETTERS, min=b"(" + start, count=READ_AT_ONCE),
            )
            if not entries:
                break
            originals = [
                fields[b"original_message_id"]
                for _, fields in entries
                if fields.get(b"original_stream") == INBOX.encode()
            ]
            count += sum(first <= EntryId.parse(each) <= self.last for each in originals)
            start = entries[-1][0]
        return count

    def buried_causes(self) -> frozenset[str]:
        """Give the names of what lies among the dead letters."""
        letters = cast("list[tuple[bytes, dict[bytes, bytes]]]", self._client.xrange(DEAD_LETTERS))
        return frozenset(fields.get(b"cause", b"").decode() for _, fields in letters)

    def _pending(self) -> object:
        return self._client.xpending_range(INBOX, PROJECTOR_GROUP, min="-", max="+", count=1)

    def _delivered_to(self) -> EntryId:
        try:
            groups = self._client.xinfo_groups(INBOX)
        except redis.ResponseError:
            return START  # nobody has ever published or read: there is no such stream
        for group in groups:
            if group["name"] == PROJECTOR_GROUP.encode():
                return EntryId.parse(group["last-delivered-id"])
        return START

    def _last_dead_letter(self) -> bytes:
        newest = cast("list[tuple[bytes, Any]]", self._client.xrevrange(DEAD_LETTERS, count=1))
        return newest[0][0] if newest else b"0-0"
