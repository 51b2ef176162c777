"""What has moved in the read models: one listener a process, counters in memory.

A screen remembers when it read what it shows and compares each second, which asks nobody;
only when something has moved since it reads again. A listener that lost its place cannot tell
what it missed, so then everything counts as moved.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from proto import documents

WATCHED: Final = (
    documents.APPROVALS.name,
    documents.STAFF_NOTIFICATIONS.name,
    documents.LOAN_ACCOUNTS.name,
    documents.CUSTOMERS.name,
    documents.STAFF.name,
    documents.DEAD_LETTERS.name,
    documents.LETTER_STEPS.name,
    documents.LETTER_ANSWERS.name,
    documents.AUDIT_EVENTS.name,
)
WITHOUT_PARTS: Final = frozenset({documents.AUDIT_EVENTS.name})
"""Collections that a screen follows as a whole: each event of the ledger is one more there."""

TOPICS_MAX: Final = 20_000
"""So many documents are told apart; then the listener begins anew, and all counts as moved."""

WAIT_MILLISECONDS: Final = 500
BACK_OFF_SECONDS: Final = 1.0

_CHANGES: Final[list[Mapping[str, Any]]] = [
    {"$match": {"$or": [{"ns.coll": {"$in": list(WATCHED)}}, {"to.coll": {"$in": list(WATCHED)}}]}},
    {"$project": {"_id": 1, "operationType": 1, "ns": 1, "documentKey": 1}},
]
_OF_A_DOCUMENT: Final = frozenset({"insert", "update", "replace", "delete"})

_log = structlog.get_logger("dashboard.live")


def topic(collection: documents.Collection, key: str = "") -> str:
    """Name what a screen shows: a document, or a whole collection."""
    return f"{collection.name}:{key}" if key else collection.name


class Live:
    """Follows the read models in a thread of its own; safe to ask from any."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._count = 0
        self._since = 0
        self._moved: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="live", daemon=True)

    def start(self) -> "Live":
        """Begin to listen."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; what was asked for last stays as it is."""
        self._stop.set()

    def mark(self) -> int:
        """Give the point up to which everything has been heard; taken before reading."""
        with self._lock:
            return self._count

    def have_moved(self, marks: Mapping[str, int]) -> bool:
        """Tell whether any topic has changed since its mark."""
        with self._lock:
            return any(
                max(self._since, self._moved.get(each, 0)) > mark for each, mark in marks.items()
            )

    def _follow(self) -> None:
        """Listen until told to end; what fails is tried again, from where it broke off."""
        token: Mapping[str, Any] | None = None
        while not self._stop.is_set():
            try:
                token = self._listen(token)
            except PyMongoError as error:
                # Without its place the next listener would miss what happened in between.
                _log.warning("changes not followed", kind=type(error).__name__)
                token = None
                self._all_moved()
                time.sleep(BACK_OFF_SECONDS)

    def _listen(self, token: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Follow until the stream ends; give the place to go on from."""
        with self._database.watch(
            _CHANGES, max_await_time_ms=WAIT_MILLISECONDS, start_after=token
        ) as stream:
            if token is None:
                self._all_moved()
            while stream.alive and not self._stop.is_set():
                change = stream.try_next()
                if change is not None:
                    self._note(change)
            return stream.resume_token

    def _note(self, change: Mapping[str, Any]) -> None:
        kind, collection = change["operationType"], change.get("ns", {}).get("coll", "")
        if kind not in _OF_A_DOCUMENT:  # renamed or dropped: a rebuild has swapped it
            self._all_moved()
            return
        key = str(change["documentKey"]["_id"])
        with self._lock:
            self._count += 1
            self._moved[collection] = self._count
            if collection not in WITHOUT_PARTS:
                self._moved[f"{collection}:{key}"] = self._count
            if len(self._moved) > TOPICS_MAX:
                self._moved.clear()
                self._since = self._count

    def _all_moved(self) -> None:
        with self._lock:
            self._count += 1
            self._since = self._count
