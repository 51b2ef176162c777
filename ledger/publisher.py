"""From the journal to the Redis stream, in order, at least once.

What was published last stands in Redis, set in one step with the entries, so either both
are there or neither. Where Redis has lost it, everything is published again
from the first entry; the projector ignores what it has.
"""

import threading
from typing import Final

import msgspec
import redis
import structlog

from ledger.fail_points import FailPoint, reach
from ledger.journal import Entry, Journal, JournalFailed
from proto import codec
from proto.streams import INTERNAL

POSITION_KEY: Final = "publisher:billie-ledger"
BATCH_MAX: Final = 500
IDLE_SECONDS_MAX: Final = 1.0
"""How long a Redis that was emptied goes unnoticed while nothing is committed."""
GATHER_SECONDS: Final = 0.025
"""How long a commit waits for the next ones, so that a busy ledger publishes them together."""
BACK_OFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

_PUBLISH: Final = """
local position = tonumber(redis.call('GET', KEYS[2]) or '') or 0
if position ~= tonumber(ARGV[1]) then
    return position
end
for _, fields in ipairs(cmsgpack.unpack(ARGV[3])) do
    redis.call('XADD', KEYS[1], '*', unpack(fields))
end
if ARGV[2] ~= ARGV[1] then
    redis.call('SET', KEYS[2], ARGV[2])
end
return tonumber(ARGV[2])
"""
"""Adds entries and moves the position, if it stands where we believe; tells where it stands.

A script and not MULTI: one message each way, and one argument to write instead of thirty
an entry, which took a fifth of the ledger's time. MessagePack and not JSON: the bodies are
JSON, which within JSON is escaped and read again, sign by sign.
"""

_log = structlog.get_logger()


class Publisher:
    """A thread of its own; `wake` it after each commit."""

    def __init__(self, journal: Journal, redis_url: str) -> None:
        self._journal = journal
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=2, decode_responses=True
        )
        self._publish = self._redis.register_script(_PUBLISH)
        self._told_position = 0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.published_position = 0
        self.is_connected = False
        self._reported: bool | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-publisher", daemon=True)

    def start(self) -> None:
        """Begin publishing."""
        self._thread.start()

    def wake(self) -> None:
        """Tell that there is more to publish."""
        self._wake.set()

    def close(self) -> None:
        """Publish what is committed, if Redis is there, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        self._redis.close()

    def _run(self) -> None:
        try:
            self._publish_until_closed()
        finally:  # whatever ended it: nobody may believe that it still publishes
            self.is_connected = False

    def _publish_until_closed(self) -> None:
        failures = 0
        while True:
            self._wake.clear()
            stopping = self._stopping.is_set()
            try:
                self._publish_all()
            except (redis.RedisError, JournalFailed) as error:
                self._report(connected=False, why=type(error).__name__)
                if stopping:
                    return
                self._stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
                failures += 1
                continue
            failures = 0
            self._report(connected=True)
            if stopping:
                return
            if self._wake.wait(IDLE_SECONDS_MAX):
                self._stopping.wait(GATHER_SECONDS)

    def _report(self, *, connected: bool, why: str = "") -> None:
        """Log a change of the connection, once."""
        if connected != self._reported:
            self._reported = self.is_connected = connected
            _log.info("publisher", connected=connected, why=why, position=self.published_position)

    def _publish_all(self) -> None:
        """Publish until Redis has everything that the journal has."""
        while not self._publish_batch():
            pass

    def _publish_batch(self) -> bool:
        """Publish the entries after those that Redis has; tell whether that was the last.

        Redis is asked each time, also with nothing to publish: it may have been emptied.
        """
        known = self._told_position
        # A position beyond the journal is of another journal: begin anew.
        after = known if known <= self._journal.head().position else 0
        entries = self._journal.read(after, BATCH_MAX)
        last = entries[-1].position if entries else known
        written = msgspec.msgpack.encode([_fields(entry) for entry in entries])
        if entries:
            reach(FailPoint.BEFORE_PUBLISH)
        self._told_position = self._publish(
            keys=(INTERNAL, POSITION_KEY), args=(known, last, written)
        )
        if entries:
            reach(FailPoint.AFTER_PUBLISH)
        if self._told_position != last:
            return False  # it stood elsewhere, and nothing was written: go on from there
        self.published_position = last
        return len(entries) < BATCH_MAX


def _fields(entry: Entry) -> list[str]:
    """Give names and values in turn, as XADD takes them."""
    fields = codec.event_fields(
        subject_id=entry.subject_id,
        version=entry.version,
        event_type=entry.event_type,
        position=entry.position,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        body=entry.body,
        hash_hex=entry.hash,
        prev_hex=entry.prev,
    )
    return [each for field in fields.items() for each in field]
