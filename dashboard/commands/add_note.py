"""Add and amend a note about a customer; the ledger seals its text under the customer's key."""

from typing import ClassVar, cast

from google.protobuf.message import Message
from msgspec import Struct

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class Noted(Struct, frozen=True):
    """The ledger said yes: which note, and the event that holds its text."""

    note_id: str
    event_id: str
    version: int


class AddNote(Change, frozen=True, kw_only=True):
    """A note to add; an account is named where the note is about one."""

    name: ClassVar[str] = "AddNote"
    to_do: ClassVar[str] = "Add a note about"
    done: ClassVar[str] = "Added a note about"

    customer_id: str
    loan_account_id: str
    text: str

    @property
    def about(self) -> str:
        """Name the customer."""
        return self.customer_id

    @property
    def place(self) -> str:
        """Name the customer's notes."""
        return f"notes:{self.customer_id}"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Noted:
        """Add it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.AddNoteRequest(
            customer_id=self.customer_id,
            loan_account_id=self.loan_account_id,
            text=self.text,
            idempotency_key=key,
        )
        return _read(client.command("NoteService/AddNote", request, caller))


class AmendNote(Change, frozen=True, kw_only=True):
    """A note's text to replace; the one before stays in its event."""

    name: ClassVar[str] = "AmendNote"
    to_do: ClassVar[str] = "Amend a note about"
    done: ClassVar[str] = "Amended a note about"

    note_id: str
    customer_id: str
    seen_version: int
    text: str

    @property
    def about(self) -> str:
        """Name the customer."""
        return self.customer_id

    @property
    def place(self) -> str:
        """Name the note among the customer's."""
        return f"notes:{self.customer_id}:{self.note_id}"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Noted:
        """Amend it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        request = servicing.AmendNoteRequest(
            note_id=self.note_id,
            text=self.text,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
        return _read(client.command("NoteService/AmendNote", request, caller))


def _read(answer: Message) -> Noted:
    response = cast("servicing.NoteResponse", answer)
    return Noted(response.note_id, response.event_id, response.note_version)
