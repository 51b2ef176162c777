"""The fence: for the moment of a rebuild's swap no projector writes.

Every batch looks at it inside its transaction. Who closed it waits until no transaction is
open that began before; from then on live and rebuilt collections hold the same events, so
that they can be swapped one by one, and whoever dies in between leaves a state that is
right. A fence whose holder is gone is taken away together with the rebuilt collections:
a holder that only slept has nothing left to swap.
"""

import threading
import time
import uuid
from typing import Any, Final

import structlog
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, OperationFailure

from projector.orphans import APP_NAME
from projector.reclaim import is_gone
from projector.shelf import PROJECTED, REBUILD
from proto.documents import FENCES

KEY: Final = "rebuild"
CLAIM: Final = "rebuilding"
ABANDONED_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.05
LONGEST_TRANSACTION_SECONDS: Final = 65.0
"""MongoDB ends a transaction after a minute by itself."""

NO_RIGHT: Final = 13

log = structlog.get_logger()


class Fenced(Exception):  # noqa: N818 - the state of the world, not of an event
    """A rebuild is about to swap: wait a moment and do the same batch again."""


class FenceLost(Exception):  # noqa: N818 - what it tells
    """What was held was taken away, because its holder was silent for too long."""


def look(database: Database[dict[str, Any]], session: ClientSession) -> None:
    """Look at the fence, inside a batch's transaction. Raises Fenced."""
    if database[FENCES.name].find_one({"_id": KEY}, session=session) is not None:
        raise Fenced


class Patience:
    """Waits at a closed fence, and takes one away that nobody holds any longer."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database
        self._seen: tuple[object, float] = (None, 0.0)

    def wait(self) -> None:
        """Wait a moment, or take an abandoned fence away."""
        fence = self._database[FENCES.name].find_one({"_id": KEY})
        if fence is None:
            return
        beat = (fence["token"], fence["beat"])
        if self._seen[0] != beat:
            self._seen = beat, time.monotonic()
        silent_seconds = time.monotonic() - self._seen[1]
        if is_gone(fence["holder"]) or silent_seconds > ABANDONED_SECONDS:
            log.warning("fence_abandoned", holder=fence["holder"])
            drop_rebuilt(self._database)
            self._database[FENCES.name].delete_one({"_id": KEY, "token": fence["token"]})
        else:
            time.sleep(LOOK_SECONDS)


class Held:
    """A document that one process has at a time, and that tells that it lives."""

    def __init__(self, database: Database[dict[str, Any]], key: str, holder: str) -> None:
        self._fences = database[FENCES.name]
        self._key, self._holder, self._token = key, holder, uuid.uuid4().hex
        self._beat = 0

    @property
    def _mine(self) -> dict[str, Any]:
        mine = {"holder": self._holder, "token": self._token, "beat": self._beat}
        return {"_id": self._key, **mine}

    def renew(self) -> None:
        """Tell that the holder lives. Raises FenceLost."""
        self._beat += 1
        mine = {"_id": self._key, "token": self._token}
        if not self._fences.update_one(mine, {"$set": {"beat": self._beat}}).matched_count:
            raise FenceLost

    def open(self) -> None:
        """Let the others go on."""
        self._fences.delete_one({"_id": self._key, "token": self._token})


class Claim(Held):
    """The right to fill collections beside the live ones: two rebuilds would fill the same."""

    def __init__(self, database: Database[dict[str, Any]], holder: str) -> None:
        super().__init__(database, CLAIM, holder)

    def take(self) -> bool:
        """Take it, also from a holder that is gone or silent; False: another is at work."""
        try:
            self._fences.insert_one(self._mine)
        except DuplicateKeyError:
            return self._take_over(self._fences.find_one({"_id": CLAIM}))
        return True

    def _take_over(self, other: dict[str, Any] | None) -> bool:
        began = time.monotonic()
        while other is not None and self._fences.find_one({"_id": CLAIM}) == other:
            if is_gone(other["holder"]) or time.monotonic() - began > ABANDONED_SECONDS:
                return bool(self._fences.replace_one(other, self._mine).matched_count)
            time.sleep(LOOK_SECONDS)
        return False


class Fence(Held):
    """The fence as its holder sees it."""

    def __init__(
        self, client: MongoClient[dict[str, Any]], database: Database[dict[str, Any]], holder: str
    ) -> None:
        super().__init__(database, KEY, holder)
        self._client = client

    def close(self) -> None:
        """Close it, and wait until no batch is under way that did not see it.

        Raises DuplicateKeyError where another rebuild holds it.
        """
        self._fences.insert_one(self._mine)
        closed_at = time.monotonic()
        while self._is_writing(time.monotonic() - closed_at):
            self.renew()
            threading.Event().wait(LOOK_SECONDS)

    def _is_writing(self, closed_seconds: float) -> bool:
        """Tell whether a projector's transaction is open that is older than the fence."""
        look_up: list[dict[str, Any]] = [
            {"$currentOp": {"allUsers": True, "idleSessions": True}},
            {
                "$match": {
                    "appName": {"$regex": f"^{APP_NAME} "},
                    "transaction.timeOpenMicros": {"$gte": int(closed_seconds * 1_000_000)},
                }
            },
            {"$limit": 1},
        ]
        try:
            return bool(list(self._client.admin.aggregate(look_up)))
        except OperationFailure as error:
            if error.code != NO_RIGHT:
                raise
            return closed_seconds < LONGEST_TRANSACTION_SECONDS


def drop_rebuilt(database: Database[dict[str, Any]]) -> None:
    """Drop what a rebuild had filled and not swapped."""
    for collection in PROJECTED:
        database.drop_collection(f"{REBUILD}{collection.name}")
    database.drop_collection(f"{REBUILD}locks")
