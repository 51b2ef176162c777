"""Outcomes to answers: what a command's caller is told."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from ledger.decision import Outcome, Recorded
from ledger.domain import loan as loans
from ledger.domain.history import as_posting
from ledger.domain.loan import Loan
from ledger.domain.money import dollars, minus, negative, total
from ledger.domain.schedule import Instalment
from ledger.domain.staff import Staff
from ledger.domain.switch import Switch
from ledger.errors import Refused
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb
from proto.events import (
    FeeWaived,
    InterestAccrued,
    PaymentCorrected,
    PaymentReversed,
    PostingEvent,
    RepaymentRecorded,
    ScheduleUpdated,
    TextRevealed,
    WriteOffUndone,
)
from proto.values import Instant

ACCOUNT_STATUS: Final = {
    loans.PENDING_DISBURSEMENT: "pending_disbursement",
    loans.ACTIVE: "active",
    loans.SUSPENDED: "in_arrears",
    loans.CLOSED: "paid_off",
    loans.WRITTEN_OFF: "written_off",
}
"""The account's status as the desk names it."""

METADATA: Final = (
    "reason_code",
    "amount",
    "approved_by",
    "request_id",
    "requested_by",
    "payment_id",
    "payment_method",
    "payment_reference",
    "attachment_location",
    "days_past_due",
    "target_transaction_id",
    "original_transaction_id",
    "original_transaction_type",
    "original_message_id",
    "from_date",
    "through_date",
    "annual_rate_ppm",
)
"""What of a posting a transaction tells besides the contract's own fields."""


def timestamp(at: Instant) -> Timestamp:
    """Write an instant."""
    return Timestamp(**_timestamp(at))


def _timestamp(at: Instant) -> dict[str, int]:
    return {"seconds": int(at.timestamp() // 1), "nanos": at.microsecond * 1_000}


def transaction(
    event: PostingEvent, *, event_id: str, version: int, actor: str, recorded_at: Instant
) -> ledger_pb.Transaction:
    """Write a posting as a transaction; free texts are left out, they are read by Reveal."""
    return ledger_pb.Transaction(**_transaction(event, event_id, version, actor, recorded_at))


def _transaction(
    event: PostingEvent, event_id: str, version: int, actor: str, recorded_at: Instant
) -> Any:  # noqa: ANN401 - a mapping, which the messages' types do not know that they take
    """Give a transaction's fields. In an answer that it is part of they need no copy."""
    return {
        "transaction_id": event.transaction_id,
        "loan_account_id": event.account_id,
        "type": ledger_pb.TransactionType.Value(event.transaction_type),
        "transaction_date": _timestamp(event.transaction_at),
        "effective_date": event.effective_date,
        "principal_delta": str(event.principal_delta),
        "fee_delta": str(event.fee_delta),
        "principal_after": str(event.principal_after),
        "fee_after": str(event.fee_after),
        "total_delta": str(event.total_delta),
        "total_after": str(event.total_after),
        "description": event.description,
        "reference_type": event.reference_type,
        "reference_id": event.reference_id,
        "metadata": _metadata(event),
        "created_by": actor,
        "created_at": _timestamp(recorded_at),
        "portfolio_entry_id": event_id,
        "interest_delta": str(event.interest_delta),
        "interest_after": str(event.interest_after),
        "account_version": version,
    }


def _metadata(event: PostingEvent) -> dict[str, str]:
    """Name what only some postings have; what is empty is left out."""
    names = _metadata_of(type(event))
    return {name: str(value) for name in names if (value := getattr(event, name))}


@cache
def _metadata_of(kind: type[PostingEvent]) -> tuple[str, ...]:
    return tuple(name for name in METADATA if hasattr(kind, name))


def postings_of(outcome: Outcome) -> list[tuple[PostingEvent, Recorded]]:
    """Give the events of an outcome that move money, in order."""
    pairs = ((as_posting(recorded.event), recorded) for recorded in outcome.recorded)
    return [(posting, recorded) for posting, recorded in pairs if posting is not None]


def transaction_response(outcome: Outcome) -> ledger_pb.TransactionResponse:
    """Answer with the transaction that a command posts; the version is that after all events."""
    posting, recorded = _main(postings_of(outcome))
    event_id, actor_id = recorded.event_id, outcome.permissions.actor_id
    response = ledger_pb.TransactionResponse(
        transaction=_transaction(posting, event_id, outcome.after.version, actor_id, outcome.at),
        event_id=event_id,
        applied_to_instalments=_touched(outcome),
    )
    if isinstance(posting, RepaymentRecorded | PaymentCorrected | FeeWaived):
        response.allocated_to_fees = str(negative(posting.fee_delta))
        response.allocated_to_principal = str(negative(posting.principal_delta))
        response.overpayment = str(posting.overpayment_delta)
    warning = _warning(outcome, posting)
    if warning:
        response.allocation_warning = warning
    return response


def _main(posted: list[tuple[PostingEvent, Recorded]]) -> tuple[PostingEvent, Recorded]:
    """Give what was asked for, not the interest before it.

    Of a correction it is the right payment, not the wrong one's reversal.
    """
    first, *others = [each for each in posted if not isinstance(each[0], InterestAccrued)]
    if isinstance(first[0], PaymentReversed) and others:
        return others[0] if isinstance(others[0][0], PaymentCorrected) else first
    return first


def _touched(outcome: Outcome) -> list[Any]:
    """Tell of each instalment that changed, and by how much."""
    before, after = cast("Loan", outcome.before), cast("Loan", outcome.after)
    told = (each.event for each in outcome.recorded if isinstance(each.event, ScheduleUpdated))
    numbers = {change.payment_number for event in told for change in event.payments}
    return [
        _allocation(was, each)
        for was, each in zip(before.instalments, after.instalments, strict=True)
        if each.payment_number in numbers
    ]


def _allocation(before: Instalment, after: Instalment) -> dict[str, Any]:
    return {
        "payment_number": after.payment_number,
        "amount_applied": str(minus(after.paid, before.paid)),
        "instalment_status": after.status,
        "amount_remaining": str(after.remaining),
        "due_date": after.due_date,
        "scheduled_amount": str(after.amount),
    }


def _warning(outcome: Outcome, posting: PostingEvent) -> str:
    if posting.overpayment_delta > 0:
        extra = dollars(posting.overpayment_delta)
        return f"{extra} is more than the debt; it is kept as owed to the customer."
    before = cast("Loan", outcome.before)
    if isinstance(posting, WriteOffUndone) and before.recovered:
        return f"{dollars(before.recovered)} was recovered meanwhile and now pays of the debt."
    if not isinstance(posting, RepaymentRecorded) or not posting.fee_shares:
        return ""
    outside_ids = {fee.transaction_id for fee in before.fees if not fee.is_scheduled}
    outside = total(s.amount for s in posting.fee_shares if s.transaction_id in outside_ids)
    return f"{dollars(outside)} pays fees before any instalment." if outside else ""


def disburse_loan(outcome: Outcome) -> ledger_pb.DisburseLoanResponse:
    """Answer DisburseLoan."""
    posted = postings_of(outcome)
    paid_out, recorded = posted[0]
    fee_id = posted[1][0].transaction_id if len(posted) > 1 else ""
    return ledger_pb.DisburseLoanResponse(
        success=True,
        message=f"{dollars(paid_out.principal_delta)} paid out.",
        disbursement_transaction_id=paid_out.transaction_id,
        fee_transaction_id=fee_id,
        event_id=recorded.event_id,
    )


def open_loan(outcome: Outcome) -> servicing_pb.OpenLoanResponse:
    """Answer OpenLoan."""
    loan = cast("Loan", outcome.after)
    return servicing_pb.OpenLoanResponse(
        loan_account_id=loan.account_id,
        account_number=loan.account_number,
        schedule_id=loan.schedule_id,
        event_id=outcome.recorded[0].event_id,
        account_version=loan.version,
    )


def staff(outcome: Outcome) -> servicing_pb.StaffResponse:
    """Answer a command on staff."""
    member = cast("Staff", outcome.after)
    return servicing_pb.StaffResponse(
        staff_id=member.staff_id,
        username=member.username,
        display_name=member.display_name,
        roles=member.roles,
        limits={kind: str(limit) for kind, limit in member.limits.items()},
        enabled=member.enabled,
        staff_version=member.version,
        event_id=outcome.recorded[-1].event_id,
        key_ids=[key.key_id for key in member.keys if not key.is_revoked],
    )


def read_only(outcome: Outcome) -> servicing_pb.HealthResponse:
    """Answer SetReadOnly."""
    return servicing_pb.HealthResponse(read_only=cast("Switch", outcome.after).read_only)


def revealed(outcome: Outcome) -> servicing_pb.RevealResponse:
    """Answer Reveal but for the texts, which are kept nowhere."""
    event = outcome.recorded[-1].event
    return servicing_pb.RevealResponse(
        event_id=cast("TextRevealed", event).event_id, recorded_as=outcome.recorded[-1].event_id
    )


ANSWERS: Final[dict[type[Message], Callable[[Outcome], Message]]] = {
    servicing_pb.OpenLoanRequest: open_loan,
    ledger_pb.DisburseLoanRequest: disburse_loan,
    ledger_pb.RecordRepaymentRequest: transaction_response,
    ledger_pb.ApplyLateFeeRequest: transaction_response,
    ledger_pb.ApplyDishonourFeeRequest: transaction_response,
    ledger_pb.WaiveFeeRequest: transaction_response,
    ledger_pb.MakeAdjustmentRequest: transaction_response,
    ledger_pb.WriteOffRequest: transaction_response,
    servicing_pb.UndoWriteOffRequest: transaction_response,
    servicing_pb.RecordRecoveryRequest: transaction_response,
    servicing_pb.RefundOverpaymentRequest: transaction_response,
    servicing_pb.ReverseTransactionRequest: transaction_response,
    servicing_pb.CorrectPaymentRequest: transaction_response,
    servicing_pb.IssueCorrectionRequest: transaction_response,
    servicing_pb.CreateStaffRequest: staff,
    servicing_pb.DisableStaffRequest: staff,
    servicing_pb.EnableStaffRequest: staff,
    servicing_pb.SetRolesRequest: staff,
    servicing_pb.SetLimitsRequest: staff,
    servicing_pb.EnrolKeyRequest: staff,
    servicing_pb.RevokeKeyRequest: staff,
    servicing_pb.GiveStartPasswordRequest: staff,
    servicing_pb.SetReadOnlyRequest: read_only,
}
"""Request to the function that answers it."""


def balances(loan: Loan) -> servicing_pb.Balances:
    """Write a loan's balances."""
    return servicing_pb.Balances(
        principal=str(loan.principal),
        interest=str(loan.interest),
        fees=str(loan.fee_balance),
        overpayment=str(loan.overpayment),
        total_outstanding=str(loan.total_outstanding),
        account_status=ACCOUNT_STATUS.get(loan.status, "unknown"),
        account_version=loan.version,
    )


def refusal_detail(refused: Refused) -> servicing_pb.RefusalDetail:
    """Write why a rule said no."""
    return servicing_pb.RefusalDetail(
        reason=refused.reason.name,
        sentence=refused.sentence,
        field=refused.field,
        limit="" if refused.limit is None else str(refused.limit),
        current_version=refused.current_version,
    )
