"""What both things that are asked of a dead letter have in common."""

from typing import cast

from google.protobuf.message import Message

from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class LetterChange(Change, frozen=True, kw_only=True):
    """Something about one letter, which the ledger records and the projector does."""

    letter_id: str

    @property
    def about(self) -> str:
        """Name the letter."""
        return self.letter_id

    @property
    def place(self) -> str:
        """Name the letter."""
        return f"letter:{self.letter_id}"

    def request(self, key: str) -> Message:
        """Build the request."""
        raise NotImplementedError

    def send(self, client: LedgerClient, caller: Caller, key: str) -> str:
        """Ask; give the id of the event that recorded it, which the answer bears.

        Raises LedgerRefused, LedgerFault or OutcomeUnknown.
        """
        rpc = f"OperationsService/{self.name}"
        answer = client.command(rpc, self.request(key), caller)
        return cast("servicing.LetterResponse", answer).event_id
