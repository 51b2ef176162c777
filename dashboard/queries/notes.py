"""The notes about a customer: who and when; their texts are read through the ledger alone."""

from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import require_person_reader
from proto import documents
from proto.codec import from_mongo
from proto.values import Instant, Key

NOTES_MAX: Final = 200


class NoteView(View, kw_only=True, frozen=True, rename="camel"):
    """A note without its text, which is in the event `text_event_id`."""

    note_id: Key
    loan_account_id: Key | None = None
    added_by: Key | None = None
    added_at: Instant | None = None
    amended_by: Key | None = None
    amended_at: Instant | None = None
    text_event_id: Key | None = None
    ver: int = 0


def notes_of(database: DeskDatabase, roles: frozenset[str], customer_id: str) -> list[NoteView]:
    """List the notes about a customer, the newest first. Raises NotAllowed."""
    require_person_reader(roles)
    rows = (
        database[documents.NOTES.name]
        .find({"customerId": customer_id}, fields_of(NoteView))
        .sort("addedAt", -1)
        .limit(NOTES_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(NoteView, row) for row in rows]
