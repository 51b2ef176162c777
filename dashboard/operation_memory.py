"""What a tab knows of somebody's operations: its own as they move, and what the store holds."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog
from msgspec import structs
from pymongo.errors import PyMongoError

from dashboard.ledger_client import Caller
from dashboard.operation import Operation, document_of, operation_from
from dashboard.operation_store import LISTED_MAX, OperationStore
from proto.documents import OperationDocument
from proto.values import Instant

OVER = frozenset({"synced", "dismissed"})

_log = structlog.get_logger("dashboard.operations")


class OperationMemory:
    """Safe to use from workers and from the page; never calls Streamlit."""

    def __init__(self, store: OperationStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._mine: dict[str, Operation] = {}
        self._seen: dict[str, Operation] | None = None
        self.troubles = 0
        """How often one became trouble or ceased to be: a screen looks whether it has moved."""

    def insert(self, operation: Operation, caller: Caller) -> None:
        """Keep a new intent, before anything is sent. Raises PyMongoError."""
        self._store.insert(operation.key, document_of(operation, caller.staff_id))
        self.remember(operation)

    def remember(self, operation: Operation) -> None:
        """Note how one stands, for this tab alone."""
        with self._lock:
            known = self._mine.get(operation.key) or (self._seen or {}).get(operation.key)
            self._mine[operation.key] = operation
            self.troubles += operation.is_trouble or (known is not None and known.is_trouble)

    def change(self, operation: Operation, **fields: object) -> Operation:
        """Move an operation on: first where the screen looks, then in the store."""
        now = Instant.of(datetime.now(UTC))
        changed = structs.replace(operation, updated_at=now, **fields)
        self.remember(changed)
        try:
            self._store.update(changed.key, document_of(changed))
        except PyMongoError:
            # The store goes on saying "saving", which a later reader takes for unknown and
            # clears up by asking the ledger with the same key: nothing is lost by going on.
            _log.warning("operation not stored", key=changed.key, state=changed.state)
        return changed

    def find(self, key: str, caller: Caller) -> Operation | None:
        """Give one that somebody began, in this tab or another."""
        with self._lock:
            mine = self._mine.get(key)
        if mine is not None:
            return mine
        stored = self._store.find(key, caller.staff_id)
        return None if stored is None else operation_from(key, stored)

    def own(self) -> list[Operation]:
        """List what this tab began, however it stands."""
        with self._lock:
            return list(self._mine.values())

    def on_accounts(self, account_ids: list[str], caller: Caller) -> list[Operation]:
        """List what somebody did to accounts and did not dismiss, newest first."""
        found = self._with_mine(lambda: self._store.open_ones(caller.staff_id, account_ids))
        return _newest_first(each for each in found.values() if each.state != "dismissed")

    def unsettled(self, caller: Caller) -> list[Operation]:
        """List what somebody began anywhere and is not over, newest first.

        What failed here and was settled in another tab since is told by the store.
        """
        stored: dict[str, OperationDocument] = {}

        def read() -> dict[str, OperationDocument]:
            stored.update(self._store.all_open(caller.staff_id))
            return stored

        found = self._with_mine(read)
        if len(stored) < LISTED_MAX:  # it is all of them: what is not there is over
            gone = [each.key for each in found.values() if each.is_trouble]
            self._forget([key for key in gone if key not in stored])
            found = {key: each for key, each in found.items() if key in stored or key not in gone}
        with self._lock:
            self._seen = found
        return _newest_first(each for each in found.values() if each.state not in OVER)

    def at(self, place: str, caller: Caller) -> Operation | None:
        """Give the newest that was sent from a place and is not dismissed."""
        if self._seen is None:
            self.unsettled(caller)
        with self._lock:
            known = {**(self._seen or {}), **self._mine}.values()
        here = [each for each in known if each.command.place == place]
        return next(iter(_newest_first(each for each in here if each.state != "dismissed")), None)

    def _with_mine(self, read: Callable[[], dict[str, OperationDocument]]) -> dict[str, Operation]:
        """Give what the store holds, with what this tab knows better."""
        with self._lock:
            mine = dict(self._mine)  # before the store is read: all of it is in the store then
        return {key: operation_from(key, each) for key, each in read().items()} | mine

    def _forget(self, keys: list[str]) -> None:
        with self._lock:
            for key in keys:
                self._mine.pop(key, None)


def _newest_first(operations: Iterable[Operation]) -> list[Operation]:
    return sorted(operations, key=lambda each: each.created_at, reverse=True)
