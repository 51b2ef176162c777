"""Projection `transactions`: one document for each transaction of our ledger."""

from collections.abc import Iterator
from typing import Final

from projector.happening import TRANSACTIONS, Change, Documents, Happening, LedgerPlace, Stored
from proto.codec import to_mongo
from proto.events import (
    Event,
    FeeApplied,
    FeeWaived,
    LoanDisbursed,
    Posting,
    PostingEvent,
    RepaymentRecorded,
)
from proto.values import Money

OPTIONAL: Final = {
    "reference_type": "referenceType",
    "reference_id": "referenceId",
    "payment_id": "paymentId",
    "payment_method": "paymentMethod",
    "payment_reference": "paymentReference",
    "reason_code": "reasonCode",
    "approved_by": "approvedBy",
    "target_transaction_id": "targetTransactionId",
}
"""Fields that not every posting has, or that may be empty: those are left out."""


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:  # noqa: ARG001 - all projections are called alike
    """Give the transaction's document; it never changes afterwards."""
    event, place = happening.event, happening.ledger
    if isinstance(event, PostingEvent) and place is not None:
        yield Change(TRANSACTIONS, event.transaction_id, _document(event, place))


def amount(event: Event) -> Money | None:
    """Give a posting's amount, never negative: what was paid out, charged, paid or waived."""
    if isinstance(event, LoanDisbursed):
        return event.principal_delta
    if isinstance(event, FeeApplied):
        return event.fee_delta
    if isinstance(event, RepaymentRecorded | FeeWaived):
        return event.amount
    return None


def told(event: Posting) -> Stored:
    """Give the optional fields that the posting has."""
    values = {stored: getattr(event, name, "") for name, stored in OPTIONAL.items()}
    return {stored: str.__str__(value) for stored, value in values.items() if value}


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
