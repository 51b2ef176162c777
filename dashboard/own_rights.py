"""What the ledger lets somebody do at this moment: their rights, and how far limits reach."""

from typing import cast

from msgspec import Struct

from dashboard.formats import wire_money
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing
from proto.values import Money


class OwnRights(Struct, frozen=True):
    """Rights by the ledger's names, `waive_fee`; limits by kind, `waiver`."""

    may: frozenset[str] = frozenset()
    may_ask: frozenset[str] = frozenset()
    limits: dict[str, Money] = {}
    is_known: bool = True


def look(client: LedgerClient, caller: Caller) -> OwnRights:
    """Ask the ledger. Raises LedgerRefused or LedgerFault."""
    question = servicing.GetCapabilitiesRequest()
    sent = client.ask("PreviewService/GetCapabilities", question, caller)
    answer = cast("servicing.GetCapabilitiesResponse", sent)
    limits = {kind: wire_money(text) or Money(0) for kind, text in answer.limits.items()}
    return OwnRights(frozenset(answer.may), frozenset(answer.may_ask), limits)
