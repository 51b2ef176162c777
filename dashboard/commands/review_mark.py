"""What the two marks of an auditor on an event have in common."""

from typing import ClassVar

from google.protobuf.message import Message
from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient


class ReviewMark(Struct, frozen=True, kw_only=True):
    """A mark on one event, with a note; the ledger refuses it of whoever acted."""

    name: ClassVar[str]

    event_id: str
    note: str

    def request(self, key: str) -> Message:
        """Build the request."""
        raise NotImplementedError

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        client.command(f"ReviewService/{self.name}", self.request(key), caller)
