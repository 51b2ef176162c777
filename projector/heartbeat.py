"""The sign of life: about each half second, busy or idle, in a thread of its own."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import redis
import structlog
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, PyMongoError

from projector.inbox_loss import NAME, held, recall
from projector.inbox_tail import InboxTail
from projector.lease import LIFETIME_MS
from projector.stream import GROUP, STREAMS
from projector.vitals import Vitals
from proto import codec
from proto.codec import InvalidBody
from proto.documents import HEARTBEATS, HeartbeatDocument
from proto.streams import INBOX
from proto.values import Instant

LOSS: Final = ("inboxLostAt", "inboxLostFrom", "inboxLostCount")
SILENT: Final = timedelta(seconds=5)
"""After so long another projector writes the sign: before the desk takes it for lost."""
EVERY_SECONDS: Final = 0.5
COUNT_MAX: Final = 1_000

UNREAD: Final = """
return #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
"""

log = structlog.get_logger()


class Heartbeat:
    """Writes `heartbeats/projector` with connections of its own, so that it never waits."""

    def __init__(
        self,
        client: MongoClient[dict[str, Any]],
        db_name: str,
        streams: redis.Redis,
        vitals: Vitals,
        clock: Callable[[], Instant],
    ) -> None:
        self._database = client[db_name]
        self._collection = self._database[HEARTBEATS.name]
        self._streams, self._vitals, self._clock = streams, vitals, clock
        self._tail = InboxTail(streams)
        self._is_begun = False
        self._told_loss: Instant | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End after the beat in hand."""
        self._stopping.set()
        self._thread.join()

    def beat(self) -> None:
        """Write one sign of life; where MongoDB is away there is none, which tells enough.

        A server that answers and takes no writes counts as lost: the loop waits for it.
        """
        try:
            self._begin()
            self._write(self._sign())
        except PyMongoError as error:
            log.warning("heartbeat_missed", error=type(error).__name__)

    def _begin(self) -> None:
        """Know what the last process knew, before anything of it is written over."""
        if not self._is_begun:
            recall(self._database, self._vitals)
            self._tail.recall(self._vitals.inbox_last_id, self._vitals.inbox_unread)
            self._is_begun = True

    def _sign(self) -> HeartbeatDocument:
        try:
            backlog = {stream: unread(self._streams, stream) for stream in STREAMS}
            oldest = {stream: waiting_since(self._streams, stream) for stream in STREAMS}
            self._vitals.waiting_since = {name: at for name, at in oldest.items() if at}
            connected = True
            if self._is_read(INBOX):  # of one that was emptied the last count stays
                self._vitals.inbox_unread = backlog[INBOX]
                self._vitals.inbox_held = held(self._streams)
                self._see_tail(backlog[INBOX])
        except redis.RedisError:
            backlog, connected = {}, False
        vitals = self._vitals
        return HeartbeatDocument(
            at=self._clock(),
            started_at=vitals.started_at,
            process_id=os.getpid(),
            redis_connected=connected and vitals.waits_for != "redis",
            mongo_connected=vitals.waits_for != "mongodb",
            ledger_connected=vitals.ledger_connected,
            last_position=vitals.last_position,
            lag_seconds=vitals.lag_seconds,
            backlog=backlog,
            waiting_since=min(vitals.waiting_since.values(), default=None) if connected else None,
            applied=vitals.applied,
            duplicates=vitals.duplicates,
            parked=vitals.parked,
            unknown=vitals.unknown,
            dead_lettered=vitals.dead_lettered,
            decisions_waiting=vitals.decisions_waiting,
            inbox_last_id=vitals.inbox_last_id,
            inbox_held=vitals.inbox_held,
            match_score=vitals.match_score,
            stopped_sources=vitals.stopped_sources,
            batch_at=vitals.batch_at,
            batch_entries=vitals.batch_entries,
            batch_seconds=vitals.batch_seconds,
        )

    def _write(self, sign: HeartbeatDocument) -> None:
        """Write the sign, or leave it to the projector with the lease; then a loss that is new.

        What is told of a loss outlives the process, and only another loss takes its place.
        """
        kept = {name: f"${name}" for name in LOSS}
        whole: dict[str, Any] = {"$literal": {**codec.to_mongo(sign), "_id": NAME}}
        sign_and_loss = [{"$replaceWith": {"$mergeObjects": [whole, kept]}}]
        # Where another writes, its document is there and is not the one that is asked for.
        with contextlib.suppress(DuplicateKeyError):
            self._collection.update_one(self._ours(sign), sign_and_loss, upsert=True)
        lost_at = self._vitals.inbox_lost_at
        if lost_at is not None and lost_at != self._told_loss:
            vitals = self._vitals
            told = (lost_at, vitals.inbox_lost_from, vitals.inbox_lost_count)
            loss = dict(zip(LOSS, map(codec.to_mongo, told), strict=True))
            self._collection.update_one({"_id": NAME}, {"$set": loss})
            self._told_loss = lost_at

    def _ours(self, sign: HeartbeatDocument) -> dict[str, Any]:
        """Find the document where it is ours to write: with the lease, or where nobody beats."""
        is_awake = time.monotonic() - self._vitals.turned_at < LIFETIME_MS / 1_000
        if self._vitals.holds_lease and is_awake:
            return {"_id": NAME}
        this = {"processId": sign.process_id, "startedAt": codec.to_mongo(sign.started_at)}
        silent = {"at": {"$lt": codec.to_mongo(sign.at) - SILENT}}
        return {"_id": NAME, "$or": [this, silent]}

    def _see_tail(self, unread_now: int) -> None:
        gone = self._tail.look(unread_now)
        self._vitals.inbox_last_id = self._tail.last_id
        if gone is not None:
            self._vitals.inbox_gone = gone

    def _is_read(self, stream: str) -> bool:
        """Tell whether our group is on the stream; one that was emptied has none."""
        groups: Any = self._streams.xinfo_groups(stream) if self._streams.exists(stream) else []
        return GROUP.encode() in {each["name"] for each in groups}

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            self.beat()


def unread(client: redis.Redis, stream: str) -> int:
    """Count the entries that the group was not given yet, at most 1,000.

    Redis 6.2 does not keep the count, and to count more would cost more than it tells.
    """
    info: Any = client.xinfo_stream(stream) if client.exists(stream) else {}
    groups: Any = client.xinfo_groups(stream) if info else []
    given = next(
        (each["last-delivered-id"] for each in groups if each["name"] == GROUP.encode()), b"0-0"
    )
    if not info or info["last-generated-id"] == given:
        return 0
    return int(client.eval(UNREAD, 1, stream, given, COUNT_MAX))


def waiting_since(client: redis.Redis, stream: str) -> Instant | None:
    """Tell since when the oldest entry waits that is not applied; None where none does.

    It was not given to the group yet, or was given and is not settled.
    """
    groups: Any = client.xinfo_groups(stream) if client.exists(stream) else []
    ours = next((each for each in groups if each["name"] == GROUP.encode()), None)
    if ours is None:
        return None
    ids: list[bytes] = []
    if ours["pending"]:
        held: Any = client.xpending(stream, GROUP)
        ids += [held["min"]] if held["min"] else []
    after = "(" + ours["last-delivered-id"].decode()
    unread_first: Any = client.xrange(stream, min=after, count=1)
    ids += [entry_id for entry_id, _ in unread_first]
    times = [_time(each.decode()) for each in ids]
    return min((each for each in times if each is not None), default=None)


def _time(entry_id: str) -> Instant | None:
    """Read when an entry came; a sender may choose an id that is no time."""
    try:
        return codec.entry_time(entry_id)
    except InvalidBody:
        return None
