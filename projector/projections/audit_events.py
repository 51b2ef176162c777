"""Projection `audit-events`: every event of our ledger, byte for byte, with its place."""

from collections.abc import Iterator

from projector.happening import (
    APPROVALS,
    AUDIT_EVENTS,
    REVIEWS,
    Change,
    Documents,
    Happening,
    LedgerPlace,
    Stored,
)
from projector.projections import transactions
from projector.projections.reviews import mark
from proto import subjects
from proto.codec import to_mongo
from proto.events import Event, ItemReviewed, PostingEvent, RequestEvent, TextRevealed


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the event's entry in the audit trail; a type that nobody reads has one too."""
    place = happening.ledger
    if place is None:
        return
    document = {**_place(place, happening), **_told(happening.event, documents)}
    yield Change(AUDIT_EVENTS, place.event_id, document)
    review = documents.seen(REVIEWS, place.event_id)
    if review is not None and review.get("waits"):
        reviewed_at = review["reviewedAt"]
        still = {name: value for name, value in review.items() if name != "waits"}
        yield Change(REVIEWS, place.event_id, still, reviewed_at)
        entry = documents.seen(AUDIT_EVENTS, place.event_id) or document
        yield Change(AUDIT_EVENTS, place.event_id, {**entry, **mark(review)}, reviewed_at)


def _place(place: LedgerPlace, happening: Happening) -> Stored:
    entry: Stored = {
        "_id": place.event_id,
        "eventId": place.event_id,
        "eventType": place.event_type,
        "subjectId": place.subject_id,
        "ver": to_mongo(place.version),
        "position": to_mongo(place.position),
        "recordedAt": happening.at,
        "actor": place.actor,
        "body": place.body,
        "hash": place.hash,
        "prev": place.prev,
    }
    if subjects.is_account(place.subject_id):
        entry["loanAccountId"] = place.subject_id
    return entry


def _told(event: Event | None, documents: Documents) -> Stored:
    """Give what the trail is searched and filtered by."""
    if isinstance(event, PostingEvent):
        told = transactions.told(event)
        names = ("reasonCode", "approvedBy", "requestId", "requestedBy")
        return {
            "customerId": str.__str__(event.customer_id),
            "transactionId": to_mongo(event.transaction_id),
            "transactionType": to_mongo(event.transaction_type),
            "amount": to_mongo(transactions.amount(event)),
            **{name: told[name] for name in names if name in told},
        }
    if isinstance(event, RequestEvent):
        return _of_request(event, documents)
    entry = {
        "customerId": getattr(event, "customer_id", ""),
        "loanAccountId": getattr(event, "account_id", ""),
        "reasonCode": getattr(event, "reason_code", ""),
    }
    if isinstance(event, ItemReviewed | TextRevealed):
        entry["aboutEventId"] = event.event_id
    return {name: str.__str__(value) for name, value in entry.items() if value}


def _of_request(event: RequestEvent, documents: Documents) -> Stored:
    """Tell of each step of a request what the request was about."""
    request = documents.get(APPROVALS, event.request_id) or {}
    names = ("loanAccountId", "customerId", "amount", "requestedBy", "transactionId")
    told = {name: request[name] for name in names if request.get(name)}
    why = str.__str__(getattr(event, "reason_code", "")) or request.get("reason")
    if why:
        told["reasonCode"] = why
    approver = getattr(event, "approved_by", "")
    if approver:
        told["approvedBy"] = str.__str__(approver)
    return {"requestId": str.__str__(event.request_id), **told}
