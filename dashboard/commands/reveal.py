"""Reveal: somebody reads the words of an event, and the ledger records that first.

What it records moves nothing and no screen has to follow, so it is there to read also while
the projector is lost. A ledger that is away, or takes nothing, records no reading and gives
no words.
"""

from typing import Final, cast

from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing

RPC: Final = "JournalService/Reveal"


class Words(Struct, frozen=True):
    """What was written, by name, and the event that recorded the reading."""

    texts: dict[str, str]
    recorded_as: str


class Reveal(Struct, frozen=True, kw_only=True):
    """An event whose words somebody wants to read, and what for."""

    event_id: str
    purpose: str

    def send(self, client: LedgerClient, caller: Caller) -> Words:
        """Read them, once. Raises LedgerRefused or LedgerFault."""
        question = servicing.RevealRequest(event_id=self.event_id, purpose=self.purpose)
        answer = cast("servicing.RevealResponse", client.ask(RPC, question, caller))
        return Words(dict(answer.texts), answer.recorded_as)
