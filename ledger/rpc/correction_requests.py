"""Requests that take back or correct to commands: every field checked, in order."""

from ledger.commands.correct_payment import CorrectPayment
from ledger.commands.issue_correction import IssueCorrection
from ledger.commands.reverse_transaction import ReverseTransaction
from ledger.domain import reasons
from ledger.domain.money import parse_amount
from ledger.rpc import fields
from proto import servicing_pb2 as servicing_pb
from proto.values import Key


def reverse_transaction(request: servicing_pb.ReverseTransactionRequest) -> ReverseTransaction:
    """Read ReverseTransaction."""
    fields.free_text("reason", request.reason, required=True)
    return ReverseTransaction(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        transaction_id=_required("transaction_id", request.transaction_id),
        approved_by=request.approved_by,
        **fields.besides(request, reasons.REVERSAL, reason=request.reason),
    )


def correct_payment(request: servicing_pb.CorrectPaymentRequest) -> CorrectPayment:
    """Read CorrectPayment."""
    fields.free_text("reason", request.reason, required=True)
    return CorrectPayment(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        transaction_id=_required("transaction_id", request.transaction_id),
        amount=parse_amount("amount", request.amount),
        payment_reference=fields.reference("payment_reference", request.payment_reference),
        approved_by=request.approved_by,
        **fields.besides(request, reasons.CORRECTION, reason=request.reason),
    )


def issue_correction(request: servicing_pb.IssueCorrectionRequest) -> IssueCorrection:
    """Read IssueCorrection."""
    fields.free_text("reason", request.reason, required=True)
    return IssueCorrection(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        original_message_id=_required("original_message_id", request.original_message_id),
        amount=parse_amount("amount", request.amount),
        payment_reference=fields.reference("payment_reference", request.payment_reference),
        approved_by=request.approved_by,
        **fields.besides(request, reasons.CORRECTION, reason=request.reason),
    )


def _required(field: str, value: str) -> Key:
    if not value:
        raise fields.invalid(field, "must not be empty.")
    return fields.given_id(field, value)
