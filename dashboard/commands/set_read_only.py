"""Switch the ledger to read-only, or back; the one change that a read-only ledger takes."""

from typing import ClassVar

from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class SetReadOnly(Struct, frozen=True, kw_only=True):
    """How the switch shall stand, and why; everybody is shown the reason."""

    name: ClassVar[str] = "SetReadOnly"
    passes_read_only: ClassVar[bool] = True

    read_only: bool
    reason: str

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.SetReadOnlyRequest(
            read_only=self.read_only, reason=self.reason, idempotency_key=key
        )
        client.command("OperationsService/SetReadOnly", request, caller)
