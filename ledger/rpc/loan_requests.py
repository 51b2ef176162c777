"""Requests about a loan to commands: every field checked, the first that is wrong refused."""

from typing import Final

from ledger.commands.apply_dishonour_fee import ApplyDishonourFee
from ledger.commands.apply_late_fee import ApplyLateFee
from ledger.commands.disburse_loan import DisburseLoan
from ledger.commands.make_adjustment import MakeAdjustment
from ledger.commands.open_loan import OpenLoan
from ledger.commands.record_repayment import RecordRepayment
from ledger.commands.waive_fee import WaiveFee
from ledger.domain import reasons
from ledger.domain.money import parse_amount, parse_delta
from ledger.domain.schedule import FREQUENCIES
from ledger.rpc import fields
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb
from proto.events import ScheduledPayment
from proto.values import Code, Key

INSTALMENTS_MAX: Final = 520
DAYS_PAST_DUE_MAX: Final = 36_500


def open_loan(request: servicing_pb.OpenLoanRequest) -> OpenLoan:
    """Read OpenLoan."""
    account_id = fields.identifier("loan_account_id", request.loan_account_id)
    schedule_id = fields.identifier("schedule_id", request.schedule_id, required=False)
    if request.payment_frequency not in FREQUENCIES:
        raise fields.invalid("payment_frequency", f"must be one of {', '.join(FREQUENCIES)}.")
    fields.count("instalments", len(request.instalments), least=1, most=INSTALMENTS_MAX)
    return OpenLoan(
        loan_account_id=account_id,
        account_number=fields.identifier("account_number", request.account_number),
        customer_id=fields.identifier("customer_id", request.customer_id),
        application_number=fields.identifier(
            "application_number", request.application_number, required=False
        ),
        loan_amount=parse_amount("loan_amount", request.loan_amount),
        loan_fee=parse_amount("loan_fee", request.loan_fee, zero_allowed=True),
        opened_date=fields.calendar_date("opened_date", request.opened_date, required=True),
        payment_frequency=Code(request.payment_frequency),
        schedule_id=schedule_id or Key(f"SCH-{account_id}"),
        instalments=tuple(_instalment(each) for each in request.instalments),
        signed_loan_agreement_url=fields.free_text(
            "signed_loan_agreement_url", request.signed_loan_agreement_url
        ),
        annual_rate_ppm=fields.annual_rate("annual_rate", request.annual_rate),
    )


def _instalment(each: servicing_pb.Instalment) -> ScheduledPayment:
    number = fields.count(
        "instalments.payment_number", each.payment_number, least=1, most=INSTALMENTS_MAX
    )
    return ScheduledPayment(
        payment_number=number,
        due_date=fields.calendar_date("instalments.due_date", each.due_date, required=True),
        amount=parse_amount("instalments.amount", each.amount),
    )


def disburse_loan(request: ledger_pb.DisburseLoanRequest) -> DisburseLoan:
    """Read DisburseLoan."""
    return DisburseLoan(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("disbursement_amount", request.disbursement_amount),
        bank_reference=fields.reference("bank_reference", request.bank_reference),
        payment_method=fields.code("payment_method", request.payment_method),
        attachment_location=fields.free_text("attachment_location", request.attachment_location),
        **fields.besides(request, notes=request.notes),
    )


def record_repayment(request: ledger_pb.RecordRepaymentRequest) -> RecordRepayment:
    """Read RecordRepayment."""
    return RecordRepayment(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("amount", request.amount),
        payment_id=fields.reference("payment_id", request.payment_id),
        payment_method=fields.code("payment_method", request.payment_method),
        payment_reference=fields.reference("payment_reference", request.payment_reference),
        target_payment_number=fields.count(
            "target_payment_number", request.target_payment_number, least=0, most=INSTALMENTS_MAX
        ),
        schedule_id=fields.identifier("schedule_id", request.schedule_id, required=False),
        **fields.besides(request, reasons.REPAYMENT, reason_optional=True, notes=request.notes),
    )


def apply_late_fee(request: ledger_pb.ApplyLateFeeRequest) -> ApplyLateFee:
    """Read ApplyLateFee."""
    return ApplyLateFee(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("fee_amount", request.fee_amount),
        days_past_due=fields.count(
            "days_past_due", request.days_past_due, least=1, most=DAYS_PAST_DUE_MAX
        ),
        **fields.besides(request, reasons.LATE_FEE, reason_optional=True, reason=request.reason),
    )


def apply_dishonour_fee(request: ledger_pb.ApplyDishonourFeeRequest) -> ApplyDishonourFee:
    """Read ApplyDishonourFee."""
    return ApplyDishonourFee(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("fee_amount", request.fee_amount),
        reference_id=fields.reference("reference_id", request.reference_id),
        **fields.besides(
            request, reasons.DISHONOUR_FEE, reason_optional=True, reason=request.reason
        ),
    )


def make_adjustment(request: ledger_pb.MakeAdjustmentRequest) -> MakeAdjustment:
    """Read MakeAdjustment."""
    fields.free_text("reason", request.reason, required=True)
    principal_delta = parse_delta("principal_delta", request.principal_delta)
    fee_delta = parse_delta("fee_delta", request.fee_delta)
    if not principal_delta and not fee_delta:
        raise fields.invalid("principal_delta", "or fee_delta must be other than zero.")
    return MakeAdjustment(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        principal_delta=principal_delta,
        fee_delta=fee_delta,
        approved_by=request.approved_by,
        **fields.besides(request, reasons.ADJUSTMENT, reason=request.reason),
    )


def waive_fee(request: ledger_pb.WaiveFeeRequest) -> WaiveFee:
    """Read WaiveFee."""
    fields.free_text("reason", request.reason, required=True)
    return WaiveFee(
        loan_account_id=fields.identifier("loan_account_id", request.loan_account_id),
        amount=parse_amount("waiver_amount", request.waiver_amount),
        approved_by=request.approved_by,
        target_transaction_id=fields.given_id(
            "target_transaction_id", request.target_transaction_id
        ),
        **fields.besides(request, reasons.WAIVER, reason=request.reason, notes=request.notes),
    )
