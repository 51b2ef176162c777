"""How each part is, in plain words, and since when."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import redis
from msgspec import Struct
from pymongo.errors import PyMongoError

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase
from dashboard.queries.health import Health, mirror_of
from proto import servicing_pb2 as servicing
from proto.documents import HeartbeatDocument

_LEFT_OUT: Final[dict[str, Any]] = {
    "repl": 0,
    "metrics": 0,
    "locks": 0,
    "wiredTiger": 0,
    "tcmalloc": 0,
}


class Part(Struct, frozen=True, kw_only=True):
    """A part: whether it is well, in words, since when, and when it was looked at."""

    name: str
    is_well: bool
    words: str
    since: datetime | None = None
    as_of: datetime


class LostSince:
    """Remembers since when a part is lost that cannot say so itself; one a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost: dict[str, datetime] = {}

    def note(self, name: str, *, is_well: bool, now: datetime) -> datetime | None:
        """Give when it was first seen lost; None while it is well."""
        with self._lock:
            if is_well:
                self._lost.pop(name, None)
                return None
            return self._lost.setdefault(name, now)


def mongodb_part(database: DeskDatabase, lost: LostSince) -> Part:
    """Ask MongoDB."""

    def up_seconds() -> float | None:
        database.client.admin.command("ping", maxTimeMS=QUERY_MILLISECONDS_MAX)
        try:
            told = database.client.admin.command("serverStatus", **_LEFT_OUT)
        except PyMongoError:
            return None  # a server of others need not tell
        return float(told["uptime"])

    return _asked("MongoDB", up_seconds, lost, "Holds what the screens show.")


def redis_part(client: redis.Redis, lost: LostSince) -> Part:
    """Ask Redis."""

    def up_seconds() -> float | None:
        info: Any = client.info("server")
        return float(info["uptime_in_seconds"])

    return _asked("Redis", up_seconds, lost, "Carries the events, and who is signed in.")


def ledger_part(health: Health, told: servicing.HealthResponse | None) -> Part:
    """Say how the ledger is, as it was asked a moment ago."""
    if health.ledger_lost:
        words = f"{health.ledger_trouble}."
        return Part(
            name="Ledger", is_well=False, words=words, since=health.since, as_of=health.as_of
        )
    if told is None:
        words = "Keeps the books, and tells no more of itself."
        return Part(name="Ledger", is_well=True, words=words, as_of=health.as_of)
    since = told.started_at.ToDatetime(UTC) if told.HasField("started_at") else None
    waiting = told.journal_position - told.published_position
    words = (
        f"Keeps the books; {waiting:,} events are still to be published."
        if waiting > 0
        else "Keeps the books; every event is published."
    )
    as_of = told.as_of.ToDatetime(UTC)
    return Part(name="Ledger", is_well=True, words=words, since=since, as_of=as_of)


def projector_part(beat: HeartbeatDocument | None, now: datetime) -> Part:
    """Say how the projector is, by its heartbeat."""
    mirror = mirror_of(beat, now)
    if beat is None or mirror.trouble:
        words, since = f"{mirror.trouble}.", mirror.since
        return Part(name="Projector", is_well=False, words=words, since=since, as_of=now)
    words = (
        "Works, but does not reach the ledger: gaps in its events stay open."
        if beat.ledger_connected is False
        else "Brings the events to the screens."
    )
    return Part(
        name="Projector",
        is_well=beat.ledger_connected is not False,
        words=words,
        since=beat.started_at,
        as_of=beat.at,
    )


def desk_part(started_at: datetime, now: datetime) -> Part:
    """Say of the desk itself that it answers: this page is it."""
    words = "Shows this page."
    return Part(name="Desk", is_well=True, words=words, since=started_at, as_of=now)


def _asked(name: str, up_seconds: Callable[[], float | None], lost: LostSince, words: str) -> Part:
    try:
        up = up_seconds()
    except (PyMongoError, redis.RedisError):
        now = datetime.now(UTC)
        since = lost.note(name, is_well=False, now=now)
        words = f"{name} does not answer."
        return Part(name=name, is_well=False, words=words, since=since, as_of=now)
    now = datetime.now(UTC)
    lost.note(name, is_well=True, now=now)
    since = None if up is None else now - timedelta(seconds=up)
    return Part(name=name, is_well=True, words=words, since=since, as_of=now)
