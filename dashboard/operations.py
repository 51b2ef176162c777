"""Operations: one intent each, with its key made before the first try.

    saving ── yes ──▶ saved ── the projection shows it ──▶ synced
       ├── a rule said no, or it was never sent ──▶ refused
       └── the answer never came ──▶ unknown ── the same key again ──▶ …

An operation is stored before it is sent, so that a reload, another tab or a restart finds
it. Workers send; they change a locked record and never call Streamlit.
"""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Final

import structlog
from msgspec import structs
from pymongo.errors import PyMongoError

from dashboard.commands.answers import Balances, Done, check_writable
from dashboard.commands.decide_request import Decision
from dashboard.commands.registry import Command
from dashboard.failures import frames, reference
from dashboard.ledger_client import (
    Caller,
    LedgerClient,
    LedgerFault,
    LedgerRefused,
    OutcomeUnknown,
)
from dashboard.operation import NOT_SENT, Operation, document_of, operation_from
from dashboard.operation_store import OperationStore
from dashboard.queries import accounts
from dashboard.queries.accounts import AccountView
from dashboard.queries.declared import DeskDatabase
from dashboard.queries.health import Health
from dashboard.sessions import SessionEnded
from proto.values import Instant, Money

__all__ = ["NOT_SENT", "Operation", "Operations"]

LOOK_SECONDS: Final = 0.1
WATCH_SECONDS_MAX: Final = 5.0
"""How long a worker waits for the projection; afterwards the page notices by itself."""

_log = structlog.get_logger("dashboard.operations")


class Operations:
    """The operations that one session started, and those that the store still holds."""

    def __init__(
        self,
        database: DeskDatabase,
        client: LedgerClient,
        workers: Executor,
        health: Callable[[], Health],
        *,
        watch_seconds_max: float = WATCH_SECONDS_MAX,
    ) -> None:
        self._database = database
        self._client = client
        self._workers = workers
        self._health = health
        self._watch_seconds_max = watch_seconds_max
        self._store = OperationStore(database)
        self._lock = threading.Lock()
        self._mine: dict[str, Operation] = {}
        self.troubles = 0
        """How often one failed or was left unknown: a screen looks whether it has moved."""

    def begin(self, command: Command, caller: Caller, after: Balances | None) -> Operation:
        """Store a new intent and hand it to a worker; `after` is what the preview promised.

        Raises LedgerRefused while the desk is read-only, and PyMongoError where the intent
        cannot be stored; nothing was sent then.
        """
        check_writable(self._health())
        return self._begin(command, caller, after)

    def _begin(self, command: Command, caller: Caller, after: Balances | None) -> Operation:
        now = _now()
        operation = Operation(
            key=uuid.uuid4().hex,
            state="saving",
            command=command,
            after=after,
            created_at=now,
            updated_at=now,
        )
        self._store.insert(operation.key, document_of(operation, caller.staff_id))
        self._submit(operation, caller)
        return operation

    def again(self, key: str, caller: Caller) -> None:
        """Send an operation once more with its own key: it is found done, or done once.

        What was never sent is a change like any: while the desk is read-only it says so.
        """
        operation = self._find(key, caller)
        if operation is None or operation.is_pending:
            return
        obstacle = "" if operation.was_sent else self._health().obstacle
        if obstacle:
            self._change(operation, sentence=obstacle)
            return
        self._submit(structs.replace(operation, state="saving", sentence="", reason=""), caller)

    def begin_anew(self, key: str, command: Command, caller: Caller) -> None:
        """Put a new intent in the place of a failed one, once, whoever asks how often."""
        operation, obstacle = self._find(key, caller), self._health().obstacle
        if operation is None or operation.state != "refused":
            return
        if obstacle:
            self._change(operation, sentence=obstacle)
        elif self._store.take(key, caller.staff_id):
            self._remember(structs.replace(operation, state="dismissed"))
            self._begin(command, caller, None)

    def dismiss(self, key: str, caller: Caller) -> None:
        """Take an operation that is over off the screen."""
        operation = self._find(key, caller)
        if operation is not None and not operation.is_pending:
            self._change(operation, state="dismissed")

    def on_accounts(
        self, shown: Sequence[AccountView], caller: Caller
    ) -> dict[str, list[Operation]]:
        """List what the caller did to accounts and is still worth showing, newest first."""
        by_id = {str(each.loan_account_id): each for each in shown}
        stored = self._store.open_ones(caller.staff_id, list(by_id))
        with self._lock:
            mine = dict(self._mine)
        found = {key: operation_from(key, each) for key, each in stored.items()} | mine
        listed: dict[str, list[Operation]] = {account_id: [] for account_id in by_id}
        for each in sorted(found.values(), key=lambda each: each.created_at, reverse=True):
            account = by_id.get(each.command.loan_account_id)
            if account is not None and each.state != "dismissed":
                listed[account.loan_account_id].append(self._settled(each, account))
        return listed

    def mine(self, caller: Caller) -> list[Operation]:
        """List what the caller began anywhere and is not over, newest first.

        What another tab began and the store has moved on since is told by the store.
        """
        with self._lock:
            mine = dict(self._mine)
        stored = self._store.all_open(caller.staff_id)
        found = {key: operation_from(key, each) for key, each in stored.items()} | mine
        over = {"synced", "dismissed"}
        listed = [each for each in found.values() if each.state not in over]
        return sorted(listed, key=lambda each: each.created_at, reverse=True)

    def on_request(self, request_id: str, caller: Caller) -> list[Operation]:
        """List what the caller did about a request, and that is under way or failed."""
        return [
            each
            for each in self.mine(caller)
            if isinstance(each.command, Decision) and each.command.request_id == request_id
        ]

    # ---------------------------------------------------------------- inside

    def _settled(self, operation: Operation, account: AccountView) -> Operation:
        """Call it synced as soon as, and not before, the account in hand shows it.

        A worker may have seen a newer account than the page that asks read a moment ago.
        """
        shown = operation.is_shown_by(account)
        if operation.state == "saved" and shown:
            return self._change(operation, state="synced")
        is_early = operation.state == "synced" and operation.account_version and not shown
        return structs.replace(operation, state="saved") if is_early else operation

    def _find(self, key: str, caller: Caller) -> Operation | None:
        with self._lock:
            mine = self._mine.get(key)
        if mine is not None:
            return mine
        stored = self._store.find(key, caller.staff_id)
        return None if stored is None else operation_from(key, stored)

    def _submit(self, operation: Operation, caller: Caller) -> None:
        self._remember(operation)
        self._workers.submit(self._work, operation, caller)

    def _remember(self, operation: Operation) -> None:
        with self._lock:
            self._mine[operation.key] = operation
            self.troubles += operation.state in {"refused", "unknown"}

    def _change(self, operation: Operation, **fields: object) -> Operation:
        """Move an operation on: first where the screen looks, then in the store."""
        changed = structs.replace(operation, updated_at=_now(), **fields)
        self._remember(changed)
        try:
            self._store.update(changed.key, document_of(changed))
        except PyMongoError:
            # The store goes on saying "saving", which a later reader takes for unknown and
            # clears up by asking the ledger with the same key: nothing is lost by going on.
            _log.warning("operation not stored", key=changed.key, state=changed.state)
        return changed

    def _work(self, operation: Operation, caller: Caller) -> None:
        """Send and watch; the outermost loop of a worker, so a bug becomes a reference."""
        try:
            saved = self._send(operation, caller)
            if saved is not None and saved.is_pending:
                self._watch(saved)
        except Exception as bug:  # noqa: BLE001 - the outermost loop of a worker
            name, kind = reference(), type(bug).__name__
            _log.error("operation failed", reference=name, kind=kind, frames=frames(bug))
            sentence = f"The desk failed while it waited for the ledger (reference {name})."
            self._remember(structs.replace(operation, state="unknown", sentence=sentence))

    def _send(self, operation: Operation, caller: Caller) -> Operation | None:
        try:
            done = operation.command.send(self._client, caller, operation.key)
        except LedgerRefused as no:
            self._change(operation, state="refused", reason=no.reason, sentence=no.sentence)
        except SessionEnded as ended:
            self._change(operation, state="refused", reason=NOT_SENT, sentence=str(ended))
        except LedgerFault as fault:
            sentence = f"{fault.sentence} Nothing was changed (reference {fault.reference})."
            self._change(operation, state="refused", reason=NOT_SENT, sentence=sentence)
        except OutcomeUnknown as doubt:
            sentence = f"{doubt.sentence} It may have been done (reference {doubt.reference})."
            self._change(operation, state="unknown", reason=doubt.status, sentence=sentence)
        else:
            return self._change(
                operation,
                state="synced" if operation.command.is_request else "saved",
                account_version=done.account_version,
                after=_answered(operation, done),
            )
        return None

    def _watch(self, operation: Operation) -> None:
        """Wait until the projection shows the change."""
        until = time.monotonic() + self._watch_seconds_max
        while time.monotonic() < until:
            try:
                account = accounts.account(self._database, operation.command.loan_account_id)
            except PyMongoError:
                return  # the change is made; the page notices when the database is back
            if account is not None and operation.is_shown_by(account):
                self._change(operation, state="synced")
                return
            time.sleep(LOOK_SECONDS)


def _now() -> Instant:
    return Instant.of(datetime.now(UTC))


def _answered(operation: Operation, done: Done) -> Balances | None:
    """Correct what the preview promised by what the ledger answered."""
    if done.total is None:
        return operation.after
    promised = operation.after
    return Balances(
        principal=done.principal or Money(0),
        interest=done.interest or Money(0),
        fees=done.fees or Money(0),
        overpayment=promised.overpayment if promised else Money(0),
        total=done.total,
        account_status=promised.account_status if promised else "",
        account_version=done.account_version,
    )
