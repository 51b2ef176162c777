"""Stops taking in a source that sends nothing but poison, and takes it in again.

A source is a sender (`agt`) on the inbox; our own ledger's stream is never stopped, since
its events come in their order or not at all. What a stopped source sends is put aside as
it came. It is published again, in its order, when an operator says so, or after a quiet
time, and names itself by its first id: another reader of the inbox had it already. Who
sends poison still is stopped again.
"""

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any, Final

import redis
import structlog

from projector.item import Delivery, Entry
from projector.stream import SCRIPT_FIELDS_MAX
from proto.codec import MESSAGE_FIELD
from proto.streams import INBOX, PROJECTOR_GROUP

STOPPED: Final = f"stopped-sources:{PROJECTOR_GROUP}"
ASIDE: Final = f"aside:{PROJECTOR_GROUP}"
LOOK_SECONDS: Final = 1.0
BACK_COUNT: Final = 200
LOOKED_MAX: Final = 5_000
"""So many entries are put back, and so many looked through, in one turn."""
SOURCE_MAX: Final = 100
SOURCE_FIELD: Final = b"aside_source"
MESSAGE_ID: Final = MESSAGE_FIELD.encode()

PUT_BACK: Final = """
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
return 1
"""

log = structlog.get_logger()


class Floods:
    """Counts poison by source, and keeps stopped sources' entries aside."""

    def __init__(
        self, client: redis.Redis, *, count: int, share: float, window: float, quiet: float
    ) -> None:
        self._client = client
        self._count, self._share, self._window, self._quiet = count, share, window, quiet
        self._seen: dict[str, deque[tuple[float, int, int]]] = defaultdict(deque)
        self._looked_at = float("-inf")
        self._after: str | None = "-"
        """From where on to look for what is to be put back; None: nothing is."""
        self.stopped: set[str] = set()

    def admit(self, entries: Sequence[Entry]) -> list[Entry]:
        """Give the entries that are to be taken in; the others are put aside, durably."""
        if not self.stopped:
            return list(entries)
        admitted = [each for each in entries if source_of(each) not in self.stopped]
        aside = [each for each in entries if source_of(each) in self.stopped]
        if aside:
            pipeline = self._client.pipeline(transaction=True)
            for each in aside:
                first_id = {MESSAGE_ID: each.entry_id.encode()}
                kept: dict[Any, Any] = {**first_id, **each.fields, SOURCE_FIELD: source_of(each)}
                pipeline.xadd(ASIDE, kept)
                pipeline.xack(each.stream, PROJECTOR_GROUP, each.entry_id)
            pipeline.execute()
        return admitted

    def saw(self, entries: Sequence[Entry], poison: Sequence[Entry]) -> None:
        """Count a batch; stop a source that is over the limit."""
        now = time.monotonic()
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for which, listed in enumerate((entries, poison)):
            for each in listed:
                counts[source_of(each)][which] += 1
        for source, (total, bad) in counts.items():
            seen = self._seen[source]
            seen.append((now, total, bad))
            while seen[0][0] < now - self._window:
                seen.popleft()
            all_seen, all_bad = sum(each[1] for each in seen), sum(each[2] for each in seen)
            if source and all_bad >= self._count and all_bad >= self._share * all_seen:
                self._stop(source)

    def turn(self, now: float) -> bool:
        """Now and then: see who is stopped, take in again whose time has come.

        Tell whether it was time for it.
        """
        if now - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = now
        since: Any = self._client.hgetall(STOPPED)
        for source, at in since.items():
            if time.time() - float(at) >= self._quiet:
                self._client.hdel(STOPPED, source)
                log.warning("source_taken_in_again", source=source.decode())
        before = self.stopped
        stopped: Any = self._client.hkeys(STOPPED)
        self.stopped = {each.decode() for each in stopped}
        if before - self.stopped:
            self._after = "-"
        self._seen = defaultdict(
            deque,
            {each: seen for each, seen in self._seen.items() if seen[-1][0] > now - self._window},
        )
        self._put_back()
        return True

    def _stop(self, source: str) -> None:
        if self._client.hsetnx(STOPPED, source, str(time.time())):
            log.error("poison_flood", source=source, stream=INBOX)
        self.stopped.add(source)
        del self._seen[source]

    def _put_back(self) -> None:
        """Publish again what was put aside of sources that are taken in now.

        All of it is looked through once after a source was taken in, a part each time. While
        none is stopped, again: another projector may have put it aside at last, and be gone.
        """
        if self._after is None and not self.stopped and self._client.exists(ASIDE):
            self._after = "-"
        put_back = looked = 0
        while self._after is not None and put_back < BACK_COUNT and looked < LOOKED_MAX:
            page: Any = self._client.xrange(ASIDE, self._after, "+", count=BACK_COUNT)
            for entry_id, fields in page:
                if fields.pop(SOURCE_FIELD, b"").decode() not in self.stopped:
                    put_back += self._publish(entry_id, fields)
            looked += len(page)
            is_end = len(page) < BACK_COUNT
            self._after = None if is_end else f"({page[-1][0].decode()}"

    def _publish(self, entry_id: bytes, fields: dict[bytes, bytes]) -> int:
        """Put an entry back; tell whether it was there still, of several projectors to one."""
        if len(fields) > SCRIPT_FIELDS_MAX:  # by two, it has its first id and counts once
            flat: dict[Any, Any] = fields
            pipeline = self._client.pipeline(transaction=True)
            pipeline.xadd(INBOX, flat)
            pipeline.xdel(ASIDE, entry_id)
            pipeline.execute()
            return 1
        named = [each for field in fields.items() for each in field]
        return int(self._client.eval(PUT_BACK, 2, ASIDE, INBOX, entry_id, *named))


def take_in(client: redis.Redis, source: str) -> bool:
    """Take a source in again, on an operator's word; False: it was not stopped."""
    return bool(client.hdel(STOPPED, source))


def source_of(entry: Entry) -> str:
    """Name who sent an entry; empty for what is never stopped, nor counted twice."""
    if entry.stream != INBOX or entry.is_fetched or entry.delivery is Delivery.AGAIN:
        return ""
    sender = entry.fields.get(b"agt", b"").decode(errors="replace")
    return sender[:SOURCE_MAX] or "(no sender)"
