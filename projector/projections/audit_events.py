"""Projection `audit-events`: every event of our ledger, byte for byte, with its place."""

from collections.abc import Iterator

from projector.happening import (
    AUDIT_EVENTS,
    STAFF_PREFIX,
    Change,
    Documents,
    Happening,
    LedgerPlace,
    Stored,
)
from projector.projections import transactions
from proto.codec import to_mongo
from proto.events import Event, PostingEvent


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:  # noqa: ARG001 - all projections are called alike
    """Give the event's entry in the audit trail; a type that nobody reads has one too."""
    place = happening.ledger
    if place is not None:
        document = {**_place(place, happening), **_told(happening.event)}
        yield Change(AUDIT_EVENTS, place.event_id, document)


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
    if not place.subject_id.startswith(STAFF_PREFIX):
        entry["loanAccountId"] = place.subject_id
    return entry


def _told(event: Event | None) -> Stored:
    """Give what the trail is searched and filtered by."""
    entry: Stored = {}
    customer_id = getattr(event, "customer_id", "")
    if customer_id:
        entry["customerId"] = str.__str__(customer_id)
    if isinstance(event, PostingEvent):
        entry["transactionId"] = to_mongo(event.transaction_id)
        entry["transactionType"] = to_mongo(event.transaction_type)
        entry["amount"] = to_mongo(transactions.amount(event))
        told = transactions.told(event)
        entry |= {name: told[name] for name in ("reasonCode", "approvedBy") if name in told}
    return entry
