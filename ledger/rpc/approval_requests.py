"""Requests of ApprovalService to commands: every field checked, in order."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from google.protobuf.message import Message

from ledger.commands.approve_request import ApproveRequest
from ledger.commands.cancel_request import CancelRequest
from ledger.commands.command import AccountCommand, Command
from ledger.commands.decision_steps import SignedDecision
from ledger.commands.reject_request import RejectRequest
from ledger.commands.request_approval import RequestApproval
from ledger.commands.resubmit_request import ResubmitRequest
from ledger.commands.return_request import ReturnRequest
from ledger.domain import reasons
from ledger.domain.approvals import (
    COMMENT_CHARACTERS_MIN,
    KIND_OF_RIGHT,
    PRIORITIES,
    visible_characters,
)
from ledger.errors import Refusal, Refused
from ledger.rpc import fields
from proto import servicing_pb2 as servicing_pb
from proto.decision import SALT_BYTES
from proto.values import Code, Instant, InvalidTimestamp, Key

POLICY_LENGTH_MAX: Final = 20_000

Reader = Callable[[Any], Command]


def request_approval(
    request: servicing_pb.RequestApprovalRequest,
    actor_id: str,
    readers: Mapping[type[Message], Reader],
) -> RequestApproval:
    """Read Request; its id follows from who asks, under which key."""
    key = fields.idempotency_key(request.idempotency_key)
    if not key:
        raise fields.invalid("idempotency_key", "must not be empty: it names the request.")
    command = _requested(request.command, actor_id, readers)
    reason_code = Code(fields.code("reason_code", request.reason_code) or command.reason_code)
    if reason_code != command.reason_code:
        raise fields.invalid("reason_code", "must be that of the command, or empty.")
    if request.priority not in ("", *PRIORITIES):
        raise fields.invalid("priority", f"must be one of {', '.join(PRIORITIES)}.")
    digest = hashlib.sha256(f"{actor_id}\x1f{key}".encode()).hexdigest()
    return RequestApproval(
        request_id=Key(f"REQ-{digest[:16]}"),
        command=command,
        reason_code=reason_code,
        priority=Code(request.priority or PRIORITIES[0]),
        texts=fields.texts(reason=request.reason, notes=request.notes),
    )


def _requested(
    request: servicing_pb.PreviewRequest, actor_id: str, readers: Mapping[type[Message], Reader]
) -> AccountCommand:
    """Read the command that is asked for, as if who asks approved it."""
    name = request.WhichOneof("command")
    message: Message | None = getattr(request, name) if name else None
    reader = readers.get(type(message)) if message is not None else None
    command = reader(message) if reader else None
    if not isinstance(command, AccountCommand) or command.right not in KIND_OF_RIGHT:
        raise fields.invalid("command", "must be one that somebody else can approve.")
    if getattr(command, "approved_by", "") not in ("", actor_id):
        raise Refused(
            Refusal.APPROVER_NOT_ACTOR,
            "approved_by must be empty or whoever asks: who approves it is known later.",
            field="approved_by",
        )
    return msgspec.structs.replace(command, approved_by=actor_id)


def _comment(field: str, text: str) -> str:
    """Read a comment: long enough to say something, counting only what can be seen."""
    comment = fields.free_text(field, text)
    if visible_characters(comment) < COMMENT_CHARACTERS_MIN:
        raise Refused(
            Refusal.COMMENT_TOO_SHORT,
            f"{field} must have at least {COMMENT_CHARACTERS_MIN} visible characters.",
            field=field,
        )
    return comment


def _signed(
    kind: type[SignedDecision], request: servicing_pb.DecideApprovalRequest
) -> SignedDecision:
    request_id = fields.identifier("request_id", request.request_id)
    comment = _comment("comment", request.comment)
    if len(request.comment_salt) != SALT_BYTES:
        raise fields.invalid("comment_salt", f"must be {SALT_BYTES} random bytes.")
    try:
        decided_at = Instant.parse(request.decided_at)
    except InvalidTimestamp:
        raise Refused(
            Refusal.INVALID_DATE, "decided_at must be RFC 3339.", field="decided_at"
        ) from None
    return kind(
        request_id=request_id,
        comment=comment,
        expected_version=fields.expected_version(request.expected_version),
        signature=request.signature,
        key_id=fields.identifier("key_id", request.key_id),
        account_version=fields.count(
            "account_version", request.account_version, least=1, most=2**62
        ),
        changes_seen=request.changes_seen,
        decided_at=decided_at,
        comment_salt=request.comment_salt,
        policy=_policy(request.policy),
    )


def _policy(text: str) -> str:
    """Take a policy as it was told; it is kept only where it is the ledger's own, to the letter."""
    if len(text) > POLICY_LENGTH_MAX:
        raise fields.invalid("policy", f"must have at most {POLICY_LENGTH_MAX} characters.")
    return text


def approve(request: servicing_pb.DecideApprovalRequest) -> SignedDecision:
    """Read Approve."""
    return _signed(ApproveRequest, request)


def reject(request: servicing_pb.DecideApprovalRequest) -> SignedDecision:
    """Read Reject."""
    return _signed(RejectRequest, request)


def return_(request: servicing_pb.DecideApprovalRequest) -> ReturnRequest:
    """Read Return, which needs no signature."""
    return ReturnRequest(
        request_id=fields.identifier("request_id", request.request_id),
        comment=_comment("comment", request.comment),
        expected_version=fields.expected_version(request.expected_version),
    )


def resubmit(request: servicing_pb.ResubmitApprovalRequest) -> ResubmitRequest:
    """Read Resubmit."""
    return ResubmitRequest(
        request_id=fields.identifier("request_id", request.request_id),
        comment=fields.free_text("comment", request.comment),
        expected_version=fields.expected_version(request.expected_version),
        account_version=fields.count(
            "account_version", request.account_version, least=1, most=2**62
        ),
    )


def cancel(request: servicing_pb.CancelApprovalRequest) -> CancelRequest:
    """Read Cancel."""
    return CancelRequest(
        request_id=fields.identifier("request_id", request.request_id),
        comment=fields.free_text("comment", request.comment),
        reason_code=reasons.check_given(Code(request.reason_code), reasons.REQUEST_CANCELLED),
        expected_version=fields.expected_version(request.expected_version),
    )


DECISIONS: Final[dict[str, Callable[[servicing_pb.DecideApprovalRequest], Command]]] = {
    "Approve": approve,
    "Reject": reject,
    "Return": return_,
}
"""Rpc to its reader: these three take the same message."""
