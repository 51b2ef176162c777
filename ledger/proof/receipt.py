"""The receipt of a decided request: all that a stranger needs to check it, years later.

Everything in it is in the signed tree or signed itself, and nothing is there twice, so no
byte can be changed unseen. `docs/verify_receipt.py` checks it and shares no code with this.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ledger.journal import Entry, Journal, SignedHead
from ledger.proof.tree import Nodes, inclusion_path
from proto import codec, subjects
from proto.events import (
    AccountWrittenOff,
    AdjustmentMade,
    ApprovalApproved,
    ApprovalRejected,
    FeeWaived,
    OverpaymentRefunded,
    PaymentCorrected,
    PaymentReversed,
    RecoveryRecorded,
    WriteOffApproved,
    WriteOffRejected,
    WriteOffUndone,
)

FORMAT: Final = "billie-receipt/1"

_APPROVED: Final = (ApprovalApproved.type, WriteOffApproved.type)
_DECIDED: Final = (*_APPROVED, ApprovalRejected.type, WriteOffRejected.type)
_EFFECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "WriteOff": (AccountWrittenOff.type,),
    "UndoWriteOff": (WriteOffUndone.type,),
    "RecordRecovery": (RecoveryRecorded.type,),
    "WaiveFee": (FeeWaived.type,),
    "MakeAdjustment": (AdjustmentMade.type,),
    "ReverseTransaction": (PaymentReversed.type,),
    "CorrectPayment": (PaymentReversed.type, PaymentCorrected.type),
    "IssueCorrection": (PaymentCorrected.type,),
    "RefundOverpayment": (OverpaymentRefunded.type,),
}
"""Command to the events that carry it out, in their order; what follows from them stays out."""
_EFFECT_EVENTS_MAX: Final = 100
_STEPS_MAX: Final = 1_000


class NotDecided(Exception):  # noqa: N818 - the finding is the name
    """There is no receipt: nobody has approved or rejected the request."""


def receipt_of(journal: Journal, request_id: str) -> str:
    """Write the receipt of a request. Raises NotDecided."""
    steps = journal.read_subject(f"{subjects.REQUEST}{request_id}", 0, _STEPS_MAX)
    decision = next((each for each in steps if each.event_type in _DECIDED), None)
    head = journal.last_signed_head()
    if decision is None or head is None:
        raise NotDecided(request_id)
    said = _body(decision)
    staff = f"{subjects.STAFF}{decision.actor}"
    history = journal.read_subject(staff, 0, said["approverVersion"])
    nodes = Nodes(journal)
    written = codec.canonical(
        {
            "format": FORMAT,
            "head": _head(head),
            "request": proven(steps[0], head.size, nodes),
            "decision": proven(decision, head.size, nodes),
            "effects": [
                proven(each, head.size, nodes) for each in _effects(journal, steps[0], decision)
            ],
            "approver_history": [proven(each, head.size, nodes) for each in history],
        }
    )
    return written.decode()


def _effects(journal: Journal, request: Entry, decision: Entry) -> list[Entry]:
    """Find what carried the request out, recorded in one transaction with the decision."""
    if decision.event_type not in _APPROVED:
        return []
    asked = _body(request)
    types = _EFFECTS[msgspec.json.decode(asked["command"])["command"]]
    account, _, version = _body(decision)["ledgerEventId"].rpartition(":")
    first = max(0, int(version) - _EFFECT_EVENTS_MAX)
    around = journal.read_subject(account, first, 2 * _EFFECT_EVENTS_MAX)
    request_id = asked["requestId"]
    return [
        each
        for each in around
        if each.event_type in types and _body(each).get("request_id") == request_id
    ]


def _body(entry: Entry) -> dict[str, Any]:
    read: dict[str, Any] = msgspec.json.decode(entry.body)
    return read


def _head(head: SignedHead) -> dict[str, object]:
    return {
        "size": head.size,
        "root": head.root.hex(),
        "signed_at": head.signed_at,
        "key_id": head.key_id,
        "signature": base64.b64encode(head.signature).decode(),
    }


def proven(entry: Entry, size: int, nodes: Nodes) -> dict[str, object]:
    """Give an entry with all that its hash covers, and its path to the signed root."""
    return {
        "position": entry.position,
        "subject_id": entry.subject_id,
        "version": entry.version,
        "event_type": entry.event_type,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "prev": entry.prev,
        "body": entry.body.decode(),
        "path": [each.hex() for each in inclusion_path(entry.position - 1, size, nodes)],
    }
