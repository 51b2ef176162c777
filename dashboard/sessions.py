"""Who is signed in: sessions and one-time tickets, kept in Redis, never in the browser.

The browser holds a random id and nothing else; Redis knows its SHA-256. A session ends
at sign-out, when it is idle, when it is old, when its password changes, or when Redis
loses it.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import redis
from msgspec import Struct

ID_BYTES: Final = 32
TICKET_SECONDS_MAX: Final = 20
IDLE_MAX: Final = timedelta(minutes=60)
AGE_MAX: Final = timedelta(hours=12)
TOUCH_EVERY_SECONDS: Final = 60
"""How stale the idle time may be, so that not every click writes to Redis."""


class SessionEnded(Exception):  # noqa: N818 - what happened is the name
    """The session was signed out, revoked, or has grown too old."""


class Session(Struct, frozen=True):
    """What is known of a session; `session_id` is the hash, which opens nothing."""

    session_id: str
    staff_id: str
    started_at: datetime


def hashed(secret: str) -> str:
    """Give the name under which a secret is known; the secret itself is never stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _session_key(session_id: str) -> str:
    return f"session:{session_id}"


def _ticket_key(ticket: str) -> str:
    return f"sign-in-ticket:{hashed(ticket)}"


def _staff_key(staff_id: str) -> str:
    return f"sessions-of:{staff_id}"


def _text(stored: bytes | str) -> str:
    return stored.decode() if isinstance(stored, bytes) else stored


class Sessions:
    """The store of sessions; every change of it goes through here."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def issue_ticket(self, staff_id: str) -> str:
        """Make a ticket for someone whose password was right: one use, a few seconds."""
        ticket = secrets.token_urlsafe(ID_BYTES)
        self._redis.set(_ticket_key(ticket), staff_id, ex=TICKET_SECONDS_MAX)
        return ticket

    def redeem(self, ticket: str, *, replaces: str = "") -> str | None:
        """Turn a ticket into a session and give its secret; None when it was no longer good.

        `replaces` is the secret that the browser held before; its session ends.
        """
        staff_id = self._redis.getdel(_ticket_key(ticket))
        if staff_id is None:
            return None
        if replaces:
            self.end(hashed(replaces))
        return self.start(_text(staff_id))

    def start(self, staff_id: str) -> str:
        """Start a session and give its secret."""
        secret = secrets.token_urlsafe(ID_BYTES)
        session = Session(hashed(secret), staff_id, datetime.now(UTC))
        with self._redis.pipeline() as batch:
            batch.set(_session_key(session.session_id), msgspec.json.encode(session), ex=IDLE_MAX)
            batch.sadd(_staff_key(staff_id), session.session_id)
            batch.expire(_staff_key(staff_id), AGE_MAX)
            batch.execute()
        return secret

    def find(self, session_id: str) -> Session | None:
        """Find a living session; looking at it does not keep it alive."""
        stored = self._redis.get(_session_key(session_id))
        if stored is None:
            return None
        session = msgspec.json.decode(stored, type=Session)
        return session if datetime.now(UTC) < session.started_at + AGE_MAX else None

    def touch(self, session: Session) -> None:
        """Count the idle time from now on, never past the session's last hour."""
        key = _session_key(session.session_id)
        left = session.started_at + AGE_MAX - datetime.now(UTC)
        wanted = int(min(IDLE_MAX, left).total_seconds())
        remaining = self._redis.ttl(key)
        if remaining < wanted - TOUCH_EVERY_SECONDS:
            self._redis.expire(key, wanted)

    def check_alive(self, session_id: str) -> None:
        """Raise SessionEnded unless the session is seen to live."""
        try:
            session = self.find(session_id)
        except redis.RedisError as error:
            raise SessionEnded(
                "Who is signed in cannot be checked now, so nothing was sent. Try again soon."
            ) from error
        if session is None:
            raise SessionEnded("You are signed out, so nothing was sent. Sign in again.")

    def end(self, session_id: str) -> None:
        """End a session; it opens nothing any more, in any tab."""
        self._redis.delete(_session_key(session_id))

    def end_all_of(self, staff_id: str) -> int:
        """End every session of a staff member and give their number."""
        ids = self._redis.smembers(_staff_key(staff_id))
        keys = [_session_key(_text(each)) for each in ids]
        ended = self._redis.delete(*keys) if keys else 0
        self._redis.delete(_staff_key(staff_id))
        return int(ended)
