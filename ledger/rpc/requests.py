"""Which function reads which request as a command, and what names a request for ever."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import Message

from ledger.commands.command import Command
from ledger.rpc import (
    approval_requests,
    bad_debt_requests,
    correction_requests,
    desk_requests,
    loan_requests,
    operations_requests,
    staff_requests,
)
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb


def request_hash(actor_id: str, request: Message, rpc: str = "") -> bytes:
    """Name what was asked for, and by whom: a key belongs to exactly this.

    `rpc` is named where several take the same message.
    """
    written = request.SerializeToString(deterministic=True)
    name = f"{actor_id}\x1f{request.DESCRIPTOR.full_name}{rpc}\x1f".encode()
    return hashlib.sha256(name + written).digest()


READERS: Final[dict[type[Message], Callable[[Any], Command]]] = {
    servicing_pb.OpenLoanRequest: loan_requests.open_loan,
    ledger_pb.DisburseLoanRequest: loan_requests.disburse_loan,
    ledger_pb.RecordRepaymentRequest: loan_requests.record_repayment,
    ledger_pb.ApplyLateFeeRequest: loan_requests.apply_late_fee,
    ledger_pb.ApplyDishonourFeeRequest: loan_requests.apply_dishonour_fee,
    ledger_pb.WaiveFeeRequest: loan_requests.waive_fee,
    ledger_pb.MakeAdjustmentRequest: loan_requests.make_adjustment,
    ledger_pb.WriteOffRequest: bad_debt_requests.write_off,
    servicing_pb.UndoWriteOffRequest: bad_debt_requests.undo_write_off,
    servicing_pb.RecordRecoveryRequest: bad_debt_requests.record_recovery,
    servicing_pb.RefundOverpaymentRequest: bad_debt_requests.refund_overpayment,
    servicing_pb.ReverseTransactionRequest: correction_requests.reverse_transaction,
    servicing_pb.CorrectPaymentRequest: correction_requests.correct_payment,
    servicing_pb.IssueCorrectionRequest: correction_requests.issue_correction,
    servicing_pb.CreateStaffRequest: staff_requests.create_staff,
    servicing_pb.DisableStaffRequest: staff_requests.disable_staff,
    servicing_pb.EnableStaffRequest: staff_requests.enable_staff,
    servicing_pb.SetRolesRequest: staff_requests.set_roles,
    servicing_pb.SetLimitsRequest: staff_requests.set_limits,
    servicing_pb.RevokeKeyRequest: staff_requests.revoke_key,
    servicing_pb.GiveStartPasswordRequest: staff_requests.give_start_password,
    servicing_pb.ResubmitApprovalRequest: approval_requests.resubmit,
    servicing_pb.CancelApprovalRequest: approval_requests.cancel,
    servicing_pb.SetReadOnlyRequest: operations_requests.set_read_only,
    servicing_pb.OpenLetterRequest: operations_requests.open_letter,
    servicing_pb.ReplayLetterRequest: operations_requests.replay_letter,
    servicing_pb.ResolveLetterRequest: operations_requests.resolve_letter,
    servicing_pb.AskRebuildRequest: operations_requests.ask_rebuild,
    servicing_pb.AddNoteRequest: desk_requests.add_note,
    servicing_pb.AmendNoteRequest: desk_requests.amend_note,
    servicing_pb.MarkVerifiedRequest: desk_requests.mark_verified,
    servicing_pb.QueryItemRequest: desk_requests.query_item,
}
"""Request to the function that reads it as a command."""


def read(request: Message, actor_id: str, rpc: str = "") -> Command:
    """Read a request as a command of somebody's. Raises Refused at the first wrong field."""
    if isinstance(request, servicing_pb.DecideApprovalRequest):
        return approval_requests.DECISIONS[rpc](request)
    if isinstance(request, servicing_pb.RequestApprovalRequest):
        return approval_requests.request_approval(request, actor_id, READERS)
    if isinstance(request, servicing_pb.EnrolKeyRequest):
        return staff_requests.enrol_key(request, actor_id)
    return READERS[type(request)](request)
