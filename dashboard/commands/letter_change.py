"""What both things that are asked of a dead letter have in common."""

from typing import ClassVar, cast

from google.protobuf.message import Message
from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing


class LetterChange(Struct, frozen=True, kw_only=True):
    """Something about one letter, which the ledger records and the projector does."""

    name: ClassVar[str]

    letter_id: str

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
