"""One intent, as it is shown and as it is kept until its outcome is known."""

from typing import Final

from msgspec import Struct

from dashboard.commands.answers import Balances
from dashboard.commands.change import Change
from dashboard.commands.registry import (
    balances_read,
    balances_written,
    command_from,
    parameters_of,
)
from dashboard.queries.accounts import AccountView
from proto.documents import OperationDocument
from proto.values import Instant, Key

TROUBLES: Final = frozenset({"refused", "unknown"})
"""States that somebody must clear up: by another try, or by dismissing it."""

NOT_SENT: Final = "NOT_SENT"
"""The reason of an operation that failed before it reached the ledger."""


class Operation(Struct, frozen=True, kw_only=True):
    """Where one intent stands now: a snapshot that is safe to show."""

    key: str
    state: str
    command: Change
    sentence: str = ""
    reason: str = ""
    account_version: int = 0
    after: Balances | None = None
    created_at: Instant
    updated_at: Instant

    @property
    def loan_account_id(self) -> str:
        """The account that it is about; empty where it is about none."""
        return str(getattr(self.command, "loan_account_id", ""))

    @property
    def seen_version(self) -> int:
        """The version of what it changes that was on the screen."""
        return int(getattr(self.command, "seen_version", 0))

    @property
    def is_trouble(self) -> bool:
        """Whether somebody must clear it up."""
        return self.state in TROUBLES

    @property
    def is_pending(self) -> bool:
        """Whether more is to come by itself."""
        return self.state in {"saving", "saved"}

    @property
    def was_sent(self) -> bool:
        """Whether the ledger may know of it."""
        return self.reason != NOT_SENT

    def is_shown_by(self, account: AccountView) -> bool:
        """Tell whether the projection has caught up with the ledger's answer.

        An account of an outside ledger has no version: there the balances must agree.
        """
        if self.account_version:
            return (account.ver or 0) >= self.account_version
        return self.after is not None and account.figures.total_outstanding == self.after.total


def document_of(operation: Operation, staff_id: str = "") -> OperationDocument:
    """Write an operation for the store."""
    return OperationDocument(
        staff_id=Key(staff_id),
        command=operation.command.name,
        loan_account_id=Key(operation.loan_account_id),
        parameters=parameters_of(operation.command),
        state=operation.state,
        sentence=operation.sentence,
        reason=operation.reason,
        account_version=operation.account_version,
        balances_after=balances_written(operation.after),
        created_at=operation.created_at,
        updated_at=operation.updated_at,
    )


def operation_from(key: str, stored: OperationDocument) -> Operation:
    """Read an operation that another tab or an earlier process started."""
    return Operation(
        key=key,
        state=stored.state,
        command=command_from(stored.command, stored.parameters),
        sentence=stored.sentence,
        reason=stored.reason,
        account_version=stored.account_version or 0,
        after=balances_read(stored.balances_after),
        created_at=stored.created_at,
        updated_at=stored.updated_at,
    )
