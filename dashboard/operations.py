"""Operations: one intent each, with its key made before the first try.

    saving ── yes ──▶ saved ── the projection shows it ──▶ synced
       ├── a rule said no, or it was never sent ──▶ refused
       └── the answer never came ──▶ unknown ── the same key again ──▶ …

An operation is stored before it is sent, so that a reload, another tab or a restart finds
it. Workers send; they change a locked record and never call Streamlit.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog
from msgspec import structs
from pymongo.errors import DuplicateKeyError, PyMongoError

from dashboard import outcome
from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Balances, check_writable
from dashboard.commands.change import Change
from dashboard.commands.decide_request import Decision
from dashboard.failures import frames, reference
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.operation import NOT_SENT, Operation
from dashboard.operation_memory import OperationMemory
from dashboard.operation_store import OperationStore
from dashboard.queries import accounts
from dashboard.queries.accounts import AccountView
from dashboard.queries.declared import DeskDatabase
from dashboard.queries.health import Health
from proto.values import Instant

__all__ = ["NOT_SENT", "Operation", "Operations"]

LOOK_SECONDS: Final = 0.1
WATCH_SECONDS_MAX: Final = 5.0
"""How long a worker waits for the projection; afterwards the page notices by itself."""

_log = structlog.get_logger("dashboard.operations")


class Operations:
    """The operations that one session started, and those that the store still holds.

    `finish` does what the desk itself owes besides, once the ledger said yes.
    """

    def __init__(
        self,
        database: DeskDatabase,
        client: LedgerClient,
        workers: Executor,
        health: Callable[[], Health],
        *,
        finish: Callable[[Change], None] = lambda _: None,
        watch_seconds_max: float = WATCH_SECONDS_MAX,
    ) -> None:
        self._database = database
        self._client = client
        self._workers = workers
        self._health = health
        self._finish = finish
        self._watch_seconds_max = watch_seconds_max
        self._memory = OperationMemory(OperationStore(database))

    @property
    def troubles(self) -> int:
        """How often one became trouble or ceased to be: a screen looks whether it has moved."""
        return self._memory.troubles

    def begin(
        self, command: Change, caller: Caller, after: Balances | None, *, replaces: str = ""
    ) -> Operation:
        """Store a new intent and hand it to a worker; `after` is what the preview promised.

        `replaces` is the key of a failed one, which is over once this one has begun. Raises
        LedgerRefused while the desk is read-only, and PyMongoError where the intent cannot be
        stored; nothing was sent then, and the failed one is still there.
        """
        check_writable(self._health())
        operation = self._stored(uuid.uuid4().hex, command, caller, after)
        self._submit(operation, caller)
        self.dismiss(replaces, caller)
        return operation

    def perform(self, command: Change, caller: Caller, *, replaces: str = "") -> Operation:
        """Store a new intent, send it and wait for its outcome, whichever it is.

        What cannot be sent while the desk is read-only is kept as failed. Raises PyMongoError
        where the intent cannot be stored; nothing was sent then.
        """
        operation = self._stored(uuid.uuid4().hex, command, caller, None)
        self.dismiss(replaces, caller)
        obstacle = "" if command.passes_read_only else self._health().obstacle
        if obstacle:
            return self._memory.change(
                operation, state="refused", reason=NOT_SENT, sentence=obstacle
            )
        return self._work(operation, caller)

    def again(self, key: str, caller: Caller) -> None:
        """Send an operation once more with its own key: it is found done, or done once.

        That may be its first posting, so it is a change like any: while the desk is read-only
        it says so and stays what it was. What moves an account is sent by a worker; the
        outcome of anything else is waited for.
        """
        operation = self._memory.find(key, caller)
        if operation is None or operation.is_pending:
            return
        in_doubt = operation.state == "unknown"
        obstacle = "" if operation.command.passes_read_only else self._health().obstacle
        if obstacle:
            told = f"{obstacle} {outcome.IN_DOUBT}" if in_doubt else obstacle
            self._memory.change(operation, sentence=told)
            return
        saving = structs.replace(operation, state="saving", sentence="", reason="")
        self._memory.remember(saving)
        send = self._submit if isinstance(operation.command, AccountCommand) else self._work
        send(saving, caller, in_doubt=in_doubt)

    def begin_anew(self, key: str, command: Change, caller: Caller) -> None:
        """Put a new intent in the place of a failed one, once, whoever asks how often.

        Its key follows from the failed one's: who comes second finds it begun.
        """
        operation, obstacle = self._memory.find(key, caller), self._health().obstacle
        if operation is None or operation.state != "refused":
            return
        if obstacle:
            self._memory.change(operation, sentence=obstacle)
            return
        with suppress(DuplicateKeyError):
            anew = uuid.uuid5(uuid.NAMESPACE_OID, key).hex
            self._submit(self._stored(anew, command, caller, None), caller)
        self.dismiss(key, caller)

    def dismiss(self, key: str, caller: Caller) -> None:
        """Take an operation that is over off the screen."""
        operation = self._memory.find(key, caller) if key else None
        if operation is not None and not operation.is_pending:
            self._memory.change(operation, state="dismissed")

    def on_accounts(
        self, shown: Sequence[AccountView], caller: Caller
    ) -> dict[str, list[Operation]]:
        """List what the caller did to accounts and is still worth showing, newest first."""
        by_id = {str(each.loan_account_id): each for each in shown}
        listed: dict[str, list[Operation]] = {account_id: [] for account_id in by_id}
        for each in self._memory.on_accounts(list(by_id), caller):
            account = by_id.get(each.loan_account_id)
            if account is not None and isinstance(each.command, AccountCommand):
                listed[account.loan_account_id].append(self._settled(each, account))
        return listed

    def mine(self, caller: Caller) -> list[Operation]:
        """List what the caller began anywhere and is not over, newest first."""
        return self._memory.unsettled(caller)

    def at(self, place: str, caller: Caller) -> Operation | None:
        """Give the newest that was sent from a place and is not dismissed."""
        return self._memory.at(place, caller)

    def find(self, key: str, caller: Caller) -> Operation | None:
        """Give one that the caller began, in this tab or another."""
        return self._memory.find(key, caller)

    def on_request(self, request_id: str, caller: Caller) -> list[Operation]:
        """List what the caller did about a request, and that is under way or failed."""
        return [each for each in self.mine(caller) if _is_about(each, request_id)]

    def has_decided(self, request_id: str, seen_version: int) -> bool:
        """Tell whether this tab began something on a request, as seen, that did not fail."""
        return any(
            _is_about(each, request_id)
            and each.seen_version == seen_version
            and each.state not in {"refused", "dismissed"}
            for each in self._memory.own()
        )

    # ---------------------------------------------------------------- inside

    def _stored(
        self, key: str, command: Change, caller: Caller, after: Balances | None
    ) -> Operation:
        now = Instant.of(datetime.now(UTC))
        operation = Operation(
            key=key, state="saving", command=command, after=after, created_at=now, updated_at=now
        )
        self._memory.insert(operation, caller)
        return operation

    def _settled(self, operation: Operation, account: AccountView) -> Operation:
        """Call it synced as soon as, and not before, the account in hand shows it.

        A worker may have seen a newer account than the page that asks read a moment ago.
        """
        shown = operation.is_shown_by(account)
        if operation.state == "saved" and shown:
            return self._memory.change(operation, state="synced")
        is_early = operation.state == "synced" and operation.account_version and not shown
        return structs.replace(operation, state="saved") if is_early else operation

    def _submit(self, operation: Operation, caller: Caller, *, in_doubt: bool = False) -> None:
        self._workers.submit(self._work, operation, caller, in_doubt=in_doubt)

    def _work(self, operation: Operation, caller: Caller, *, in_doubt: bool = False) -> Operation:
        """Send and watch; the outermost loop of a worker, so a bug becomes a reference."""
        try:
            came = outcome.sent(operation, self._client, caller, in_doubt=in_doubt)
            if came.state in {"saved", "synced"}:
                self._finish(operation.command)
            changed = self._memory.change(operation, **structs.asdict(came))
            return self._watched(changed) if changed.is_pending else changed
        except Exception as bug:  # noqa: BLE001 - the outermost loop of a worker
            name, kind = reference(), type(bug).__name__
            _log.error("operation failed", reference=name, kind=kind, frames=frames(bug))
            sentence = f"The desk failed while it waited for the ledger (reference {name})."
            unknown = structs.replace(operation, state="unknown", sentence=sentence)
            self._memory.remember(unknown)
            return unknown

    def _watched(self, operation: Operation) -> Operation:
        """Wait until the projection shows the change."""
        until = time.monotonic() + self._watch_seconds_max
        while time.monotonic() < until:
            try:
                account = accounts.account(self._database, operation.loan_account_id)
            except PyMongoError:
                break  # the change is made; the page notices when the database is back
            if account is not None and operation.is_shown_by(account):
                return self._memory.change(operation, state="synced")
            time.sleep(LOOK_SECONDS)
        return operation


def _is_about(operation: Operation, request_id: str) -> bool:
    command = operation.command
    return isinstance(command, Decision) and command.request_id == request_id
