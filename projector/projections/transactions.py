"""Projection `transactions`: one document for each transaction of our ledger."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from projector.happening import (
    TRANSACTIONS,
    Change,
    Documents,
    Happening,
    LedgerPlace,
    Reads,
    Stored,
)
from proto.codec import to_mongo
from proto.events import (
    AdjustmentMade,
    Event,
    FeeApplied,
    InterestAccrued,
    LoanDisbursed,
    PaymentCorrected,
    PaymentReversed,
    Posting,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Money

OPTIONAL: Final = {
    "reference_type": "referenceType",
    "reference_id": "referenceId",
    "payment_id": "paymentId",
    "payment_method": "paymentMethod",
    "payment_reference": "paymentReference",
    "bank_reference": "bankReference",
    "reason_code": "reasonCode",
    "approved_by": "approvedBy",
    "request_id": "requestId",
    "requested_by": "requestedBy",
    "target_transaction_id": "targetTransactionId",
    "original_transaction_id": "originalTransactionId",
    "original_message_id": "originalMessageId",
}
"""Fields that not every posting has, or that may be empty: those are left out."""


def reads(happening: Happening) -> Reads:
    """Name the transaction that the posting takes back or replaces, for it tells so too."""
    original = _original(happening.event)
    return Reads(((TRANSACTIONS, original),)) if original else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the transaction's document, and the original's that now points at it."""
    event, place = happening.event, happening.ledger
    if not isinstance(event, PostingEvent) or place is None:
        return
    yield Change(TRANSACTIONS, event.transaction_id, _document(event, place))
    original = _original(event)
    stored = documents.get(TRANSACTIONS, original) if original else None
    if stored is not None:
        back = "correctedBy" if isinstance(event, PaymentCorrected) else "reversedBy"
        marked = {**stored, back: str.__str__(event.transaction_id)}
        yield Change(TRANSACTIONS, original, marked)


def _original(event: Event | None) -> str:
    if isinstance(event, PaymentReversed | PaymentCorrected | WriteOffUndone):
        return str.__str__(event.original_transaction_id)
    return ""


def amount(event: PostingEvent) -> Money:
    """Give a posting's amount, never negative: what was paid, charged, forgiven or moved."""
    match event:
        case LoanDisbursed():
            return event.principal_delta
        case FeeApplied():
            return event.fee_delta
        case AdjustmentMade() | InterestAccrued():
            return Money(abs(event.total_delta))
        case _:
            return event.amount


def told(event: Posting) -> Stored:
    """Give the optional fields that the posting has."""
    values = ((stored, getattr(event, name)) for name, stored in _optional(type(event)))
    return {stored: str.__str__(value) for stored, value in values if value}


@cache
def _optional(kind: type[Posting]) -> tuple[tuple[str, str], ...]:
    """Give the optional fields that a kind of posting has, with their stored names."""
    return tuple(each for each in OPTIONAL.items() if each[0] in kind.__struct_fields__)


def _document(event: PostingEvent, place: LedgerPlace) -> Stored:
    fields = {
        "_id": event.transaction_id,
        "transactionId": event.transaction_id,
        "loanAccountId": event.account_id,
        "customerId": event.customer_id,
        "type": event.transaction_type,
        "transactionDate": event.transaction_at,
        "effectiveDate": event.effective_date,
        "amount": amount(event),
        "principalDelta": event.principal_delta,
        "interestDelta": event.interest_delta,
        "feeDelta": event.fee_delta,
        "overpaymentDelta": event.overpayment_delta,
        "totalDelta": event.total_delta,
        "principalAfter": event.principal_after,
        "interestAfter": event.interest_after,
        "feeAfter": event.fee_after,
        "overpaymentAfter": event.overpayment_after,
        "totalAfter": event.total_after,
        "description": event.description,
        "createdBy": place.actor,
        "eventId": place.event_id,
        "position": place.position,
        "ver": place.version,
    }
    return {**{name: to_mongo(value) for name, value in fields.items()}, **told(event)}
