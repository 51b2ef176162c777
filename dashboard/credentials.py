"""Checks passwords: same work for everybody, five tries, then a wait.

An administrator gives start passwords: one lets its owner choose a password of their own,
which nobody else knows, and opens nothing besides.

streamlit-authenticator compares the password; what it has beside that (its cookie, its
mails, its endless lock-out) is not used.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import redis
from pymongo import ReturnDocument
from pymongo.database import Database
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.utilities import Hasher

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, View, fields_of
from dashboard.queries.staff import enabled_staff_member
from dashboard.sessions import hashed
from dashboard.settings import Mode
from proto import documents
from proto.codec import document_fields, from_mongo, to_mongo
from proto.documents import CredentialDocument
from proto.values import Instant, Key

FAILURES_MAX: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
LENGTH_MIN: Final[dict[Mode, int]] = {"production": 12, "demo": 1}
BYTES_MAX: Final = 72
"""bcrypt looks no further."""

START_FOR: Final = timedelta(days=7)
START_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
START_LENGTH: Final = 16
"""So many of these are 80 bits; none looks like another."""

WRONG: Final = "The username or the password is not right."
START_ENDED: Final = "The start password is not good any more. Ask an administrator for a new one."


class NotSignedIn(Exception):  # noqa: N818 - the sentence is shown
    """The sign-in was refused; the text is for the person at the desk."""


class Locked(NotSignedIn):
    """Too many wrong passwords; `until` says when the next try counts."""

    def __init__(self, until: datetime) -> None:
        minutes = max(1, -(-int((until - datetime.now(UTC)).total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(
            f"Too many wrong passwords. Try again in {minutes} {unit}, or ask an administrator for"
            " a start password."
        )
        self.until = until


class MustChoose(NotSignedIn):
    """The start password was right: its owner chooses their own now.

    `seen_hash` is the start password's: whoever was given another since must begin anew.
    """

    def __init__(self, staff_id: str, username: str, seen_hash: str) -> None:
        super().__init__("Choose a password of your own.")
        self.staff_id, self.username, self.seen_hash = staff_id, username, seen_hash


class SignInState(View, kw_only=True, frozen=True, rename="camel"):
    """How somebody signs in, for administrators: nothing of the password itself."""

    start_until: Instant | None = None
    set_by: Key | None = None
    set_at: Instant | None = None
    locked_until: Instant | None = None


class CannotSet(Exception):  # noqa: N818 - the sentence is shown
    """A credential that cannot be set; the text says why."""


def folded(username: str) -> str:
    """Give the one spelling of a username under which it is stored and compared."""
    return username.strip().lower()


@cache
def hash_of_nobody() -> str:
    """Give a hash that no password fits, so that an unknown name costs the same work."""
    return str(Hasher.hash(secrets.token_urlsafe()))


@dataclass(frozen=True)
class Credentials:
    """The stored password hashes and the count of failures."""

    database: Database[dict[str, Any]]
    redis_client: redis.Redis

    def check(self, username: str, password: str) -> str:
        """Give the staff id whose name and password these are.

        Raises NotSignedIn, of it MustChoose where it was a start password.

        A try is counted before the password is compared, so that many at once are no way
        around the limit.
        """
        name = folded(username)
        credential = self._count_try(name)
        stored_hash = credential.password_hash if credential else hash_of_nobody()
        right = _fits(name, password, stored_hash)
        if not right or credential is None:
            self._lock_when_too_many(name, credential)
            raise NotSignedIn(WRONG)
        staff_id = self._forgive(name)
        if enabled_staff_member(self.database, staff_id) is None:
            raise NotSignedIn(WRONG)
        if credential.start_until is not None:
            if credential.start_until <= datetime.now(UTC):
                raise NotSignedIn(START_ENDED)
            raise MustChoose(staff_id, name, credential.password_hash)
        return staff_id

    def state(self, staff_id: str) -> SignInState | None:
        """Tell how somebody signs in; None where they have no password yet."""
        stored = self._collection.find_one(
            {"_id": staff_id}, fields_of(SignInState), max_time_ms=QUERY_MILLISECONDS_MAX
        )
        return None if stored is None else from_mongo(SignInState, stored)

    def give_start_password(self, staff_id: str, username: str, by: str) -> str:
        """Make a start password, in place of whatever there was, and give it. Raises CannotSet."""
        name = folded(username)
        self._check_free(staff_id, name)
        password, now = _start_password(), datetime.now(UTC)
        document = CredentialDocument(
            username=Key(name),
            password_hash=str(Hasher.hash(password)),
            start_until=Instant.of(now + START_FOR),
            set_by=Key(by),
            set_at=Instant.of(now),
            updated_at=Instant.of(now),
        )
        self._put({"_id": staff_id}, document, is_new=True)
        return password

    def choose(self, start: MustChoose, password: str, mode: Mode) -> None:
        """Replace a start password by what its owner chose. Raises CannotSet."""
        _check_strength(password, mode)
        if _fits(start.username, password, start.seen_hash):
            raise CannotSet("Choose another password than the start password.")
        now = datetime.now(UTC)
        document = CredentialDocument(
            username=Key(start.username),
            password_hash=str(Hasher.hash(password)),
            set_at=Instant.of(now),
            updated_at=Instant.of(now),
        )
        unchanged = {"passwordHash": start.seen_hash, "startUntil": {"$gt": now}}
        if not self._put({"_id": start.staff_id, **unchanged}, document):
            raise CannotSet(START_ENDED)

    def set_password(self, staff_id: str, username: str, password: str, mode: Mode) -> None:
        """Create or replace a credential. Raises CannotSet."""
        name = folded(username)
        _check_strength(password, mode)
        self._check_free(staff_id, name)
        now = Instant.of(datetime.now(UTC))
        document = CredentialDocument(
            username=Key(name),
            password_hash=str(Hasher.hash(password)),
            set_at=now,
            updated_at=now,
        )
        self._put({"_id": staff_id}, document, is_new=True)

    def _check_free(self, staff_id: str, name: str) -> None:
        """Refuse a username that another credential bears. Raises CannotSet."""
        taken = self._collection.find_one({"username": name, "_id": {"$ne": staff_id}})
        if not name or taken:
            raise CannotSet(f"The username {name!r} belongs to somebody else, or is empty.")

    def _put(
        self, where: dict[str, Any], document: CredentialDocument, *, is_new: bool = False
    ) -> bool:
        """Replace a credential whole, which ends its lock too; tell whether one was there."""
        fields = to_mongo(document_fields(document))
        return bool(self._collection.replace_one(where, fields, upsert=is_new).matched_count)

    @property
    def _collection(self) -> Any:  # noqa: ANN401 - pymongo's collection is generic in its document
        return self.database[documents.CREDENTIALS.name]

    def _count_try(self, name: str) -> CredentialDocument | None:
        """Count this try; None for an unknown name. Raises Locked."""
        now = datetime.now(UTC)
        stored = self._collection.find_one_and_update(
            {"username": name, "lockedUntil": {"$not": {"$gt": now}}},
            [_one_more_failure(now)],
            return_document=ReturnDocument.AFTER,
        )
        if stored is None:
            stored = self._collection.find_one({"username": name})
            if stored is None:
                self._count_stranger(name, now)
                return None
        credential = from_mongo(CredentialDocument, stored)
        if credential.locked_until and credential.locked_until > now:
            raise Locked(credential.locked_until)
        if credential.failures > FAILURES_MAX:
            raise Locked(now + LOCKED_FOR)
        return credential

    def _count_stranger(self, name: str, now: datetime) -> None:
        """Lock unknown names like known ones, or the lock would tell which names exist."""
        key = f"sign-in-failures:{hashed(name)}"
        failures = int(self.redis_client.incr(key))
        if failures <= FAILURES_MAX:
            self.redis_client.expire(key, LOCKED_FOR)
        else:
            raise Locked(now + timedelta(seconds=max(1, int(self.redis_client.ttl(key)))))

    def _lock_when_too_many(self, name: str, credential: CredentialDocument | None) -> None:
        if credential is not None and credential.failures >= FAILURES_MAX:
            until = datetime.now(UTC) + LOCKED_FOR
            self._collection.update_one({"username": name}, {"$set": {"lockedUntil": until}})

    def _forgive(self, name: str) -> str:
        change = {"$set": {"failures": 0}, "$unset": {"lockedUntil": ""}}
        stored = self._collection.find_one_and_update({"username": name}, change)
        return str(stored["_id"])


def _start_password() -> str:
    """Make one that is read from one screen and typed at another: in groups of four."""
    letters = "".join(secrets.choice(START_LETTERS) for _ in range(START_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, START_LENGTH, 4))


def _one_more_failure(now: datetime) -> dict[str, Any]:
    """Build the update that counts on, or from one again when the last try is long ago."""
    counted = {"$add": [{"$ifNull": ["$failures", 0]}, 1]}
    fresh = {"$gt": ["$updatedAt", now - LOCKED_FOR]}
    return {"$set": {"failures": {"$cond": [fresh, counted, 1]}, "updatedAt": now}}


def _fits(name: str, password: str, stored_hash: str) -> bool:
    if not name or not password or len(password.strip().encode()) > BYTES_MAX:
        name, password = "nobody", "no password"
        stored_hash = hash_of_nobody()
    users = {"usernames": {name: {"name": name, "password": stored_hash}}}
    controller = AuthenticationController(users, auto_hash=False)
    return controller.login(name, password) is True


def _check_strength(password: str, mode: Mode) -> None:
    if password != password.strip():
        raise CannotSet("The password begins or ends with a space, which sign-in ignores.")
    if len(password) < LENGTH_MIN[mode]:
        raise CannotSet(f"The password needs at least {LENGTH_MIN[mode]} characters.")
    if len(password.encode()) > BYTES_MAX:
        raise CannotSet(f"The password is longer than {BYTES_MAX} bytes.")
