"""Holds the whole audit trail against the ledger's journal, entry by entry.

An event that was changed, or taken away, may be in no list that somebody looks at: this finds
it by walking the journal, and what was put in besides.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from msgspec import Struct

from dashboard.audit_proof import (
    Flawed,
    check_review,
    read_body,
    require_columns,
    require_entry,
)
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.queries.audit import (
    AuditEvent,
    UnreadableEvent,
    newest_position,
    stored_events,
)
from dashboard.queries.declared import DeskDatabase
from proto import servicing_pb2 as servicing
from proto.events import ApprovalRequested, Event, ItemReviewed

PAGE: Final = 1_000
FINDINGS_MAX: Final = 200
_GENESIS: Final = "0" * 64


class Finding(Struct, frozen=True):
    """An event of the trail that is not as the ledger has it."""

    event_id: str
    flaw: str


class TrailChecked(Struct, frozen=True):
    """How many entries of the journal were held against the trail, and what was found."""

    checked: int
    findings: tuple[Finding, ...]


class _Walk:
    """What is known after the entries walked so far."""

    def __init__(self) -> None:
        self.before = _GENESIS
        self.reviewed: set[str] = set()
        """Events that the ledger or the trail says somebody reviewed."""
        self._asked: dict[str, Event] = {}

    def learn(self, entry: servicing.JournalEntry) -> Event | None:
        """Note what later entries are held against. Raises Flawed."""
        told = read_body(entry.event_type, entry.body)
        if isinstance(told, ApprovalRequested):
            self._asked[entry.subject_id] = told
        if isinstance(told, ItemReviewed):
            self.reviewed.add(told.event_id)
        return told

    def check(
        self,
        entry: servicing.JournalEntry,
        event: AuditEvent | UnreadableEvent | None,
        told: Event | None,
    ) -> None:
        """Hold what the trail has against an entry. Raises Flawed."""
        if event is None:
            raise Flawed("Missing: the ledger has it, the trail does not.")
        if isinstance(event, UnreadableEvent):
            raise Flawed(f"Tampered: it cannot be read: {event}.")
        if event.review_status or event.reviewed_by or event.reviewed_at:
            self.reviewed.add(event.event_id)
        require_entry(event, entry, self.before)
        require_columns(event, told, self._asked.get(entry.subject_id))


def check_trail(
    client: LedgerClient,
    caller: Caller,
    database: DeskDatabase,
    roles: frozenset[str],
    tell: Callable[[int, int], None] = lambda _checked, _of: None,
) -> TrailChecked:
    """Walk the journal as far as the trail goes, telling after each page how far that is.

    Raises NotAllowed, LedgerRefused or LedgerFault.
    """
    through, after = newest_position(database, roles), 0
    walk, findings, checked = _Walk(), list[Finding](), 0
    while after < through:
        question = servicing.ReadJournalRequest(from_position=after, limit=PAGE)
        answer = client.ask("JournalService/ReadJournal", question, caller)
        entries = [each for each in cast("Any", answer).entries if each.position <= through]
        last = entries[-1].position if entries else through
        keys = [each.event_id for each in entries]
        stored = stored_events(database, roles, keys, after, last)
        findings += _page(walk, entries, stored)
        checked, after = checked + len(entries), last
        tell(checked, through)
    findings += _wrong_marks(client, caller, database, roles, walk.reviewed)
    return TrailChecked(checked, tuple(findings[:FINDINGS_MAX]))


def _page(
    walk: _Walk,
    entries: list[servicing.JournalEntry],
    stored: dict[str, AuditEvent | UnreadableEvent],
) -> Iterator[Finding]:
    for entry in entries:
        event = stored.pop(entry.event_id, None)
        try:
            walk.check(entry, event, walk.learn(entry))
        except Flawed as flaw:
            yield Finding(entry.event_id, str(flaw))
        walk.before = entry.hash
    for key in sorted(stored):
        yield Finding(key, "Tampered: the ledger has no such event.")


def _wrong_marks(
    client: LedgerClient,
    caller: Caller,
    database: DeskDatabase,
    roles: frozenset[str],
    reviewed: set[str],
) -> Iterator[Finding]:
    """Give the events whose mark is not that of the ledger's newest review, as of now."""
    every = sorted(reviewed)
    for first in range(0, len(every), PAGE):
        keys, through = every[first : first + PAGE], newest_position(database, roles)
        for event_id, event in stored_events(database, roles, keys).items():
            if isinstance(event, UnreadableEvent):
                continue  # it was found on the walk
            try:
                check_review(client, caller, event, through)
            except Flawed as flaw:
                yield Finding(event_id, str(flaw))
