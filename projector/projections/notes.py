"""Projection `notes`: who noted something about a customer, and when; never the text."""

from collections.abc import Iterator

from projector.happening import NOTES, Change, Documents, Happening, Reads
from proto.codec import to_mongo
from proto.events import NoteAdded, NoteEvent


def reads(happening: Happening) -> Reads:
    """Name the note."""
    event = happening.event
    return Reads(((NOTES, event.note_id),)) if isinstance(event, NoteEvent) else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the note; its text is read through the ledger, by the event that has it."""
    event, place = happening.event, happening.ledger
    if not isinstance(event, NoteEvent) or place is None:
        return
    note = {
        **(documents.get(NOTES, event.note_id) or {}),
        "noteId": str(event.note_id),
        "customerId": str(event.customer_id),
        "textEventId": place.event_id,
    }
    if event.account_id:
        note["loanAccountId"] = str(event.account_id)
    if isinstance(event, NoteAdded):
        note |= {"addedBy": place.actor, "addedAt": happening.at}
    else:
        amendments = to_mongo(int(note.get("amendments", 0)) + 1)
        note |= {
            "amendedBy": place.actor,
            "amendedAt": happening.at,
            "amendments": amendments,
        }
    yield Change(NOTES, event.note_id, note)
