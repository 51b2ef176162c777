"""AskRebuild: the read models are to be made anew from all events."""

from typing import ClassVar

from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class AskRebuild(Struct, frozen=True, kw_only=True):
    """Ask for it; the ledger records who did, the projector does it."""

    name: ClassVar[str] = "AskRebuild"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Ask. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.AskRebuildRequest(idempotency_key=key)
        client.command("OperationsService/AskRebuild", request, caller)
