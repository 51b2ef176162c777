"""Switch the ledger to read-only, or back; the one change that a read-only ledger takes."""

from typing import ClassVar

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class SetReadOnly(Change, frozen=True, kw_only=True):
    """How the switch shall stand, and why."""

    name: ClassVar[str] = "SetReadOnly"
    to_do: ClassVar[str] = "Switch the ledger"
    done: ClassVar[str] = "Switched the ledger"
    passes_read_only: ClassVar[bool] = True

    read_only: bool
    reason: str

    @property
    def about(self) -> str:
        """Say which way."""
        return "to read-only" if self.read_only else "to take changes again"

    @property
    def place(self) -> str:
        """Name the switch."""
        return "system:read-only"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.SetReadOnlyRequest(
            read_only=self.read_only, reason=self.reason, idempotency_key=key
        )
        client.command("OperationsService/SetReadOnly", request, caller)
