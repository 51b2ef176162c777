"""A note about a customer: the fold of its events. What it says is not kept here."""

import msgspec
from msgspec import Struct

from proto.events import NoteAdded, NoteEvent
from proto.values import Instant, Key


class Note(Struct, frozen=True, kw_only=True):
    """A note as the events up to `version` say."""

    note_id: Key
    version: int
    customer_id: Key
    account_id: Key
    updated_at: Instant


def evolve(note: Note | None, event: NoteEvent, version: int, at: Instant) -> Note:
    """Apply one event."""
    if isinstance(event, NoteAdded):
        return Note(
            note_id=event.note_id,
            version=version,
            customer_id=event.customer_id,
            account_id=event.account_id,
            updated_at=at,
        )
    if note is None:
        raise ValueError(f"{event.type} before {NoteAdded.type}")
    return msgspec.structs.replace(note, version=version, updated_at=at)
