"""From the journal to the Redis stream, in order, at least once.

What was published last stands in Redis, set in the same transaction as the entries, so
either both are there or neither. Where Redis has lost it, everything is published again
from the first entry; the projector ignores what it has.
"""

import threading
from typing import Final, cast

import redis
import structlog

from ledger.journal import Entry, Journal, JournalFailed
from proto import codec
from proto.streams import INTERNAL

POSITION_KEY: Final = "publisher:billie-ledger"
BATCH_MAX: Final = 500
IDLE_SECONDS_MAX: Final = 1.0
"""How long a Redis that was emptied goes unnoticed while nothing is committed."""
BACK_OFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

_log = structlog.get_logger()


class Publisher:
    """A thread of its own; `wake` it after each commit."""

    def __init__(self, journal: Journal, redis_url: str) -> None:
        self._journal = journal
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=2, decode_responses=True
        )
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.published_position = 0
        self.is_connected = False
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
            self._wake.wait(IDLE_SECONDS_MAX)

    def _report(self, *, connected: bool, why: str = "") -> None:
        """Log a change of the connection, once."""
        if connected != self.is_connected:
            self.is_connected = connected
            _log.info("publisher", connected=connected, why=why, position=self.published_position)

    def _publish_all(self) -> None:
        """Publish until Redis has everything that the journal has."""
        while True:
            try:
                position, entries = self._publish_batch()
            except redis.WatchError:
                continue  # the position moved under us: read it anew
            self.published_position = position
            if len(entries) < BATCH_MAX:
                return

    def _publish_batch(self) -> tuple[int, list[Entry]]:
        """Publish the entries after what Redis says was published last.

        The position is watched: where another has moved it, or Redis was emptied since,
        nothing is written and the next try reads it anew.
        """
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.watch(POSITION_KEY)  # type: ignore[no-untyped-call] # redis-py's gap
            position = self._known_position(cast("str | None", pipeline.get(POSITION_KEY)))
            entries = self._journal.read(position, BATCH_MAX)
            if not entries:
                return position, entries
            pipeline.multi()
            for entry in entries:
                pipeline.xadd(
                    INTERNAL,
                    cast("dict[redis.typing.FieldT, redis.typing.EncodableT]", _fields(entry)),
                )
            pipeline.set(POSITION_KEY, entries[-1].position)
            pipeline.execute()
            return entries[-1].position, entries

    def _known_position(self, stored: str | None) -> int:
        """Read the position; one beyond the journal is of another journal: begin anew."""
        position = int(stored) if stored and stored.isdecimal() else 0
        return position if position <= self._journal.head().position else 0


def _fields(entry: Entry) -> dict[str, str]:
    return codec.event_fields(
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
