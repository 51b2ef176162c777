"""Projection `ledger-subjects`: what concerns the books as a whole, and who read texts."""

from collections.abc import Iterator

from projector.happening import LEDGER_SUBJECTS, Change, Documents, Happening, Reads, Stored
from proto.codec import to_mongo
from proto.events import DayEnded, Event, ReadOnlySet, TextRevealed


def reads(happening: Happening) -> Reads:
    """Name the subject's document."""
    place = happening.ledger
    return Reads(((LEDGER_SUBJECTS, place.subject_id),)) if place is not None else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the subject with what was told of it last."""
    place = happening.ledger
    if place is None:
        return
    subject = {
        **(documents.get(LEDGER_SUBJECTS, place.subject_id) or {}),
        "subjectId": place.subject_id,
        "lastActor": place.actor,
        "lastAt": happening.at,
        **_told(happening.event),
    }
    yield Change(LEDGER_SUBJECTS, place.subject_id, subject)


def _told(event: Event | None) -> Stored:
    if isinstance(event, DayEnded):
        return {
            "businessDate": str(event.business_date),
            "accountsAccrued": to_mongo(event.accounts_accrued),
            "accountsAged": to_mongo(event.accounts_aged),
        }
    if isinstance(event, ReadOnlySet):
        return {"readOnly": event.read_only, "reason": event.reason}
    if isinstance(event, TextRevealed):
        return {"lastEventId": str(event.event_id)}
    return {}
