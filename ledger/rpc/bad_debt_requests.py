"""Requests about lost and returned money to commands: every field checked, in order."""

from ledger.commands.record_recovery import RecordRecovery
from ledger.commands.refund_overpayment import RefundOverpayment
from ledger.commands.undo_write_off import UndoWriteOff
from ledger.commands.write_off import WriteOff
from ledger.domain import reasons
from ledger.domain.money import parse_amount
from ledger.rpc import fields
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb


def write_off(request: ledger_pb.WriteOffRequest) -> WriteOff:
    """Read WriteOff."""
    fields.free_text("reason", request.reason, required=True)
    return WriteOff(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("amount", request.amount) if request.amount else None,
        approved_by=request.approved_by,
        **fields.besides(request, reasons.WRITE_OFF, reason=request.reason),
    )


def undo_write_off(request: servicing_pb.UndoWriteOffRequest) -> UndoWriteOff:
    """Read UndoWriteOff."""
    fields.free_text("reason", request.reason, required=True)
    return UndoWriteOff(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        approved_by=request.approved_by,
        **fields.besides(request, reasons.WRITE_OFF_UNDO, reason=request.reason),
    )


def record_recovery(request: servicing_pb.RecordRecoveryRequest) -> RecordRecovery:
    """Read RecordRecovery."""
    fields.free_text("reason", request.reason, required=True)
    return RecordRecovery(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("amount", request.amount),
        approved_by=request.approved_by,
        payment_reference=fields.reference("payment_reference", request.payment_reference),
        **fields.besides(request, reasons.RECOVERY, reason=request.reason),
    )


def refund_overpayment(request: servicing_pb.RefundOverpaymentRequest) -> RefundOverpayment:
    """Read RefundOverpayment."""
    fields.free_text("reason", request.reason, required=True)
    return RefundOverpayment(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("amount", request.amount),
        approved_by=request.approved_by,
        payment_reference=fields.reference("payment_reference", request.payment_reference),
        **fields.besides(request, reasons.REFUND, reason=request.reason),
    )
