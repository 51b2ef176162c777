"""What the callers of ApprovalService are told."""

from collections.abc import Callable
from typing import Final

import msgspec
from google.protobuf.message import Message

from ledger.commands.command import AccountCommand
from ledger.decision import Outcome
from ledger.domain.request import Request
from ledger.rpc.answers import transaction_response
from proto import servicing_pb2 as servicing_pb

_FIELDS: Final = {
    "WaiveFee": ("waive_fee", {"amount": "waiver_amount"}),
    "WriteOff": ("write_off", {}),
    "MakeAdjustment": ("make_adjustment", {}),
    "ReverseTransaction": ("reverse_transaction", {}),
    "CorrectPayment": ("correct_payment", {}),
    "IssueCorrection": ("issue_correction", {}),
    "UndoWriteOff": ("undo_write_off", {}),
    "RecordRecovery": ("record_recovery", {}),
    "RefundOverpayment": ("refund_overpayment", {}),
}
"""Command to its name in PreviewRequest, and the fields that have another name there."""

_LEFT_OUT: Final = frozenset({"approved_by", "expected_version", "texts"})


def request_response(request: Request, *, status: str) -> servicing_pb.ApprovalResponse:
    """Write what a request is; its free texts are for Reveal."""
    return servicing_pb.ApprovalResponse(
        request_id=request.request_id,
        request_number=request.number,
        status=status,
        request_version=request.version,
        request_hash=request.command_hash,
        bound_account_version=request.account_version,
        loan_account_id=request.loan_account_id,
        customer_id=request.customer_id,
        kind=request.kind,
        amount=str(request.amount),
        requested_by=request.requested_by,
        priority=request.priority,
        structuring=request.structuring,
        related_request_ids=request.related_request_ids,
        expires_at=str(request.expires_at),
    )


def approval(outcome: Outcome) -> servicing_pb.ApprovalResponse:
    """Answer a command on a request, with its effect where it had one."""
    request = outcome.after
    if not isinstance(request, Request):
        raise TypeError(f"{outcome.subject_id} is no request")
    response = request_response(request, status=request.status)
    response.event_id = outcome.recorded[-1].event_id
    for effect in outcome.also:
        response.effect.CopyFrom(transaction_response(effect))
        response.account_version = effect.after.version
    return response


ANSWERS: Final[dict[type[Message], Callable[[Outcome], Message]]] = {
    servicing_pb.RequestApprovalRequest: approval,
    servicing_pb.DecideApprovalRequest: approval,
    servicing_pb.ResubmitApprovalRequest: approval,
    servicing_pb.CancelApprovalRequest: approval,
}
"""Request to the function that answers it."""


def as_preview(command: AccountCommand) -> servicing_pb.PreviewRequest:
    """Write a bound command as its requester sent it, without free texts."""
    name, renamed = _FIELDS[type(command).__name__]
    request = servicing_pb.PreviewRequest()
    message = getattr(request, name)
    message.SetInParent()
    for field in msgspec.structs.fields(command):
        value = getattr(command, field.name)
        if field.name not in _LEFT_OUT and value is not None:
            setattr(message, renamed.get(field.name, field.name), str(value))
    return request
