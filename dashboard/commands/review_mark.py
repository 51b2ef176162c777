"""What the two marks of an auditor on an event have in common."""

from google.protobuf.message import Message

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient


class ReviewMark(Change, frozen=True, kw_only=True):
    """A mark on one event, with a note; the ledger refuses it of whoever acted."""

    event_id: str
    note: str

    @property
    def about(self) -> str:
        """Name the event."""
        return self.event_id

    @property
    def place(self) -> str:
        """Name the event."""
        return f"event:{self.event_id}"

    def request(self, key: str) -> Message:
        """Build the request."""
        raise NotImplementedError

    def send(self, client: LedgerClient, caller: Caller, key: str) -> None:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        client.command(f"ReviewService/{self.name}", self.request(key), caller)
