"""How fresh the screens are, and whether changes can be made now."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2
from pymongo.database import Database
from pymongo.errors import PyMongoError

from dashboard import formats
from dashboard.queries.declared import fields_of
from dashboard.sessions import SessionEnded
from proto import actor_token, documents, servicing_pb2, servicing_pb2_grpc
from proto.codec import from_mongo
from proto.documents import HeartbeatDocument

LOST_AFTER: Final = timedelta(seconds=10)
BEHIND_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 1.0
LEDGER_SECONDS_MAX: Final = 3.0
"""A busy ledger may take its time; one that hangs delays who looks, and nobody else."""
BACK_SOON: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
"""A ledger that is back is seen to be back within a second or two.

The second is how long a connection may take to come about, which on a busy machine is long.
"""

SWITCHED: Final = "An administrator has switched the ledger to read-only, it is so"
NOT_TOLD: Final = {
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
}
"""The ledger lives, but tells no details to us; its standard health decides."""


@dataclass(frozen=True)
class Health:
    """What the status chip shows, and by which commands go read-only.

    `lag_seconds` is how long the oldest event waits to be shown, 0 where none does;
    `last_lag_seconds` how old the last one was when it was shown. `since` says when the part
    was lost, or when it was seen that an administrator had `switched` the ledger to
    read-only; `ledger_trouble` is what is the matter with the ledger.
    """

    as_of: datetime
    lag_seconds: float = 0.0
    last_lag_seconds: float | None = None
    behind: bool = False
    projector_lost: bool = False
    ledger_lost: bool = False
    switched: bool = False
    since: datetime | None = None
    sentence: str = ""
    ledger_trouble: str = ""

    def shown_as_of(self, now: datetime) -> datetime:
        """Give the moment that the screens show: now, while what happens reaches them."""
        if self.projector_lost and self.since:
            return self.since
        return now - timedelta(seconds=self.lag_seconds) if self.behind else now

    @property
    def read_only(self) -> bool:
        """Nothing can be changed while a part is lost, or the ledger takes nothing."""
        return self.projector_lost or self.ledger_lost or self.switched

    @property
    def obstacle(self) -> str:
        """Why nothing can be changed now; empty where it can."""
        return self.sentence if self.read_only else ""

    @property
    def label(self) -> str:
        """The chip's few words, with how long the oldest event waits; a moment is told as one."""
        if self.ledger_lost:
            return "Ledger lost"
        if self.projector_lost:
            return "Projector lost"
        if self.switched:
            return "Read-only"
        if self.behind:
            return f"Behind {self.lag_seconds:.0f} s"
        lag = "under 1 s" if self.lag_seconds < 1 else f"{self.lag_seconds:.1f} s"
        return f"Live · {lag}"


@dataclass(frozen=True)
class Mirror:
    """What the projector's heartbeat says; `trouble` is empty when it is well."""

    trouble: str = ""
    since: datetime | None = None
    lag_seconds: float = 0.0
    last_lag_seconds: float | None = None
    behind: bool = False


def look_at_projector(database: Database[dict[str, Any]], now: datetime) -> Mirror:
    """Read the projector's last heartbeat."""
    try:
        stored = database[documents.HEARTBEATS.name].find_one(
            {"_id": "projector"}, fields_of(HeartbeatDocument)
        )
    except PyMongoError:
        return Mirror("The database of the screens does not answer")
    return mirror_of(None if stored is None else from_mongo(HeartbeatDocument, stored), now)


def mirror_of(beat: HeartbeatDocument | None, now: datetime) -> Mirror:
    """Say what a heartbeat means; None: there never was one."""
    if beat is None:
        return Mirror("The projector has not started yet")
    if now - beat.at > LOST_AFTER:
        return Mirror("The projector does not answer", beat.at)
    if not beat.redis_connected:
        return Mirror("The projector does not reach the event stream", beat.at)
    if not beat.mongo_connected:
        return Mirror("The projector does not reach its database", beat.at)
    last = max(beat.lag_seconds.values(), default=None)
    since = beat.waiting_since
    lag = max(0.0, (now - since).total_seconds()) if since is not None else 0.0
    return Mirror(lag_seconds=lag, last_lag_seconds=last, behind=lag > BEHIND_SECONDS)


@dataclass(frozen=True)
class Books:
    """How the ledger is; `trouble` is empty when it is well."""

    trouble: str = ""
    switched: bool = False


def look_at_ledger(channel: grpc.Channel, token: str) -> Books:
    """Ask the ledger how it is.

    Without a token it tells only whether it takes commands.
    """
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    ours = servicing_pb2_grpc.OperationsServiceStub(channel)
    metadata = ((actor_token.METADATA_KEY, f"Bearer {token}"),)
    try:
        answer = check(health_pb2.HealthCheckRequest(), timeout=LEDGER_SECONDS_MAX)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            return Books("The ledger is not taking commands")
        if not token:
            return Books()
        request = servicing_pb2.HealthRequest()
        details = ours.Health(request, timeout=LEDGER_SECONDS_MAX, metadata=metadata)
    except grpc.RpcError as error:
        if isinstance(error, grpc.Call) and error.code() in NOT_TOLD:
            return Books()
        return Books("The ledger does not answer")
    if not details.publisher_connected:
        return Books("The ledger does not reach the event stream", details.read_only)
    return Books(switched=details.read_only)


class HealthWatch:
    """Looks at both parts at most once a second, whoever asks; shared by all sessions."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        channel: grpc.Channel,
        mint_token: Callable[[str, str], str],
    ) -> None:
        self._database, self._channel, self._mint_token = database, channel, mint_token
        self._on_behalf_of: tuple[str, str] | None = None
        self._lock = threading.Lock()
        self._seen: Health | None = None
        self._looked_at = 0.0
        self._ledger_lost_since: datetime | None = None
        self._mirror_lost_since: datetime | None = None
        self._switched_since: datetime | None = None

    def look(self, on_behalf_of: tuple[str, str] | None = None) -> Health:
        """Tell how things are, as of a second ago or two.

        The ledger tells its details to staff only: `on_behalf_of` is the staff id and the
        session of somebody who looks, and serves the next looks too. While one waits for a
        part that does not answer, the others are told what was seen last.
        """
        seen = self._seen
        if not self._lock.acquire(blocking=seen is None) and seen is not None:
            return seen
        try:
            self._on_behalf_of = on_behalf_of or self._on_behalf_of
            if self._seen is None or time.monotonic() - self._looked_at > KEPT_SECONDS:
                self._seen = self._look(datetime.now(UTC))
                self._looked_at = time.monotonic()
            return self._seen
        finally:
            self._lock.release()

    def _token(self) -> str:
        if self._on_behalf_of is None:
            return ""
        try:
            return self._mint_token(*self._on_behalf_of)
        except SessionEnded:
            self._on_behalf_of = None
            return ""

    def _look(self, now: datetime) -> Health:
        mirror = look_at_projector(self._database, now)
        books = look_at_ledger(self._channel, self._token())
        self._ledger_lost_since = (self._ledger_lost_since or now) if books.trouble else None
        self._switched_since = (self._switched_since or now) if books.switched else None
        self._mirror_lost_since = (
            (self._mirror_lost_since or mirror.since or now) if mirror.trouble else None
        )
        since = self._ledger_lost_since or self._mirror_lost_since or self._switched_since
        trouble = books.trouble or mirror.trouble or (SWITCHED if books.switched else "")
        return Health(
            as_of=now,
            lag_seconds=mirror.lag_seconds,
            last_lag_seconds=mirror.last_lag_seconds,
            behind=mirror.behind,
            projector_lost=bool(mirror.trouble),
            ledger_lost=bool(books.trouble),
            switched=books.switched,
            since=since,
            sentence=_sentence(trouble, since, mirror, now),
            ledger_trouble=books.trouble,
        )


def _sentence(trouble: str, since: datetime | None, mirror: Mirror, now: datetime) -> str:
    if trouble and since is not None:
        same_day = formats.today(since) == formats.today(now)
        at = formats.clock(since) if same_day else formats.day_and_clock(since)
        return f"{trouble} since {at}. Everything can be read; changes are off until it is back."
    if mirror.behind:
        return f"What you see may be {mirror.lag_seconds:.0f} seconds old."
    if mirror.last_lag_seconds is None:
        return "Screens show what the ledger holds."
    last = f"{mirror.last_lag_seconds:.1f} s"
    return f"Screens show what the ledger holds. The last event was shown after {last}."
