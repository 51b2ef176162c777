"""AskRebuild: the read models are to be made anew from all events."""

from typing import ClassVar

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class AskRebuild(Change, frozen=True, kw_only=True):
    """Ask for it; the ledger records who did, the projector does it."""

    name: ClassVar[str] = "AskRebuild"
    to_do: ClassVar[str] = "Rebuild what the screens show"
    done: ClassVar[str] = "Asked to rebuild what the screens show"

    @property
    def place(self) -> str:
        """Name the button."""
        return "system:rebuild"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Ask. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.AskRebuildRequest(idempotency_key=key)
        client.command("OperationsService/AskRebuild", request, caller)
