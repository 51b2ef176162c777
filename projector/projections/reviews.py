"""Projections `reviews` and the mark on `audit-events`: what a compliance officer looked at."""

from collections.abc import Iterator

from projector.happening import (
    AUDIT_EVENTS,
    REVIEWS,
    Change,
    Documents,
    Happening,
    Reads,
    Stored,
)
from proto.events import ItemReviewed


def reads(happening: Happening) -> Reads:
    """Name the review and the event that it is about."""
    event = happening.event
    if isinstance(event, ItemReviewed):
        return Reads(((REVIEWS, event.event_id), (AUDIT_EVENTS, event.event_id)))
    return Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the review, and the event with its mark.

    An event that is not there yet (its account has a gap) gets the mark when it comes:
    until then the review waits.
    """
    event, place = happening.event, happening.ledger
    if not isinstance(event, ItemReviewed) or place is None:
        return
    about = documents.get(AUDIT_EVENTS, event.event_id)
    review = {
        **(documents.get(REVIEWS, event.event_id) or {}),
        "eventId": str(event.event_id),
        "outcome": str(event.outcome),
        "reviewedBy": place.actor,
        "reviewedAt": happening.at,
        "reviewEventId": place.event_id,
    }
    if about is None:
        yield Change(REVIEWS, event.event_id, {**review, "waits": True})
    else:
        yield Change(REVIEWS, event.event_id, review)
        yield Change(AUDIT_EVENTS, event.event_id, {**about, **mark(review)})


def mark(review: Stored) -> Stored:
    """Give what an entry of the audit trail tells of its review."""
    return {
        "reviewStatus": review["outcome"],
        "reviewedBy": review["reviewedBy"],
        "reviewedAt": review["reviewedAt"],
    }
