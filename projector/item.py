"""One entry on its way through a batch: its identity first, its body only when it counts."""

import hashlib
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Final

from msgspec import Struct

from projector import subject
from projector.happening import Happening, LedgerPlace
from projector.projections import IGNORED, PROJECTIONS
from proto import codec
from proto.codec import Envelope, InvalidBody, Poison
from proto.events import Event
from proto.streams import INTERNAL

FETCHED_ENTRY_ID: Final = "0-0"
"""The id of an entry that was fetched from the ledger: no stream ever gives it."""

MARK_BYTES: Final = 16


class Delivery(Enum):
    """How an entry came here."""

    FIRST = "first"
    AGAIN = "again"
    """It failed here a moment ago."""
    LATER = "later"
    """It was left over, by this projector or another, or the ledger gave it on asking."""


class Entry(Struct, frozen=True):
    """An entry of a stream, as bytes."""

    stream: str
    entry_id: str
    fields: dict[bytes, bytes]
    delivery: Delivery = Delivery.LATER

    @property
    def size(self) -> int:
        """The bytes of its values."""
        return sum(map(len, self.fields.values()))

    @property
    def is_fetched(self) -> bool:
        """Tell whether the ledger gave it to us on asking: there is nothing to acknowledge."""
        return self.entry_id == FETCHED_ENTRY_ID


class NotOurs(Poison):
    """Somebody else tells what only our ledger may tell."""


class Item:
    """An entry whose envelope is read; the body is read on demand and once."""

    def __init__(self, entry: Entry, envelope: Envelope) -> None:
        self.entry, self.envelope = entry, envelope
        ours = envelope.stream == INTERNAL and envelope.version > 0 and envelope.position > 0
        self.is_ledger = ours and bool(envelope.conversation_id)
        self.subject_id = subject.of(envelope) if self.is_ledger else ""
        self.version = envelope.version if self.is_ledger else 0
        self.is_known = envelope.event_type in PROJECTIONS or envelope.event_type in IGNORED
        self._happening: Happening | None = None

    @property
    def subject_place(self) -> tuple[str, str]:
        """Where the document stands whose `ver` orders a ledger event."""
        return subject.place(self.subject_id)

    @cached_property
    def mark(self) -> bytes:
        """The event's name in the marks, for ever.

        An event that this version does not read bears another mark than the same event
        would for one that does: it can be fed again after an upgrade.
        """
        scope = self.envelope.stream if self.is_known else f"unread\x1f{self.envelope.stream}"
        name = f"{scope}\x1f{self.envelope.identity}"
        return hashlib.sha256(name.encode()).digest()[:MARK_BYTES]

    @cached_property
    def at(self) -> datetime:
        """The time of the documents that the event changes."""
        ours = self.envelope.recorded_at if self.is_ledger else None
        return codec.stored_instant(ours or self.envelope.received_at)

    def happening(self) -> Happening:
        """Read the event. Raises Poison."""
        if self._happening is None:
            self._happening = Happening(
                event=self._event(), at=self.at, envelope=self.envelope, ledger=self._place()
            )
        return self._happening

    def _event(self) -> Event | None:
        envelope = self.envelope
        if not self.is_known or envelope.event_type in IGNORED:
            return None
        event = codec.read_event(envelope.event_type, envelope.body, envelope.fields)
        if not self.is_ledger:
            if subject.is_ours_alone(event):
                raise NotOurs(f"{envelope.event_type} comes from our ledger alone")
            subject.require_name(event, envelope)
            return event
        if subject.told_by(event, envelope.user_id) != self.subject_id:
            raise InvalidBody(f"the body is not about {self.subject_id[:100]}")
        return event

    def _place(self) -> LedgerPlace | None:
        envelope = self.envelope
        if not self.is_ledger:
            return None
        return LedgerPlace(
            event_id=f"{self.subject_id}:{self.version}",
            event_type=envelope.event_type,
            subject_id=self.subject_id,
            version=self.version,
            position=envelope.position,
            actor=envelope.user_id,
            body=envelope.body,
            hash=envelope.hash,
            prev=envelope.prev,
        )
