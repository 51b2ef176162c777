"""The names: each that an event gave leads to that event's subject, and there are no others.

They stand in a table under no hash; who takes one away or bends it lets a number be given
twice, or a message be posted twice; who puts one in keeps a loan from being opened, or a
payment from being posted.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from ledger.commands.message_names import MESSAGE, is_closed
from ledger.commands.request_approval import NUMBER_KIND
from ledger.domain.request import subject_of
from ledger.journal import Entry, Journal
from ledger.verification import Wrong
from proto.events import (
    AccountCreated,
    ApprovalRequested,
    LedgerEvent,
    LetterResolved,
    PaymentCorrected,
    RepaymentRecorded,
    ScheduleCreated,
    StaffCreated,
)

_PAGE: Final = 1_000


class NamesCheck:
    """Every name, with the event that gave it. A number for each name is kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._given: set[int] = set()

    def add(self, entry: Entry, event: LedgerEvent) -> None:
        """Look up what an event named. Raises Wrong."""
        taken_by = _taken_by(entry, event)
        for kind, value in _names_in(event):
            if not value:
                continue
            found = self._journal.subject_named(kind, value)
            if found != taken_by and not _is_of_another_letter(event, found):
                raise Wrong(entry, f"its {kind} {value} leads to {found or 'nothing'}")
            self._given.add(_mark(kind, value))

    def finish(self, later: Iterable[LedgerEvent]) -> None:
        """Insist that no name is there which no event gave, nor one since. Raises ValueError."""
        kind, value, unknown = "", "", set[tuple[str, str]]()
        while names := self._journal.names_after(kind, value, _PAGE):
            each = {(name.kind, name.value) for name in names}
            unknown |= {name for name in each if _mark(*name) not in self._given}
            kind, value = names[-1].kind, names[-1].value
        if unknown:  # or given since the walk began: names and events are committed together
            for event in later:
                unknown -= set(_names_in(event))
        if unknown:
            kind, value = min(unknown)
            raise ValueError(f"the {kind} {value} is taken, but no event gave it")


def _mark(kind: str, value: str) -> int:
    """Stand for a name in 64 bits: a million names take some 60 MB, and not several hundred."""
    whole = f"{kind}\n{value}".encode()
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest())


def _taken_by(entry: Entry, event: LedgerEvent) -> str:
    """Give the subject that an event's names lead to: a message's to the approval that posts it."""
    if isinstance(event, PaymentCorrected) and event.request_id:
        return subject_of(event.request_id)
    return entry.subject_id


def _is_of_another_letter(event: LedgerEvent, found: str | None) -> bool:
    """Tell whether a closed message's name is that of the first letter of it that was closed."""
    return isinstance(event, LetterResolved) and found is not None and is_closed(found)


def _names_in(event: LedgerEvent) -> tuple[tuple[str, str], ...]:
    match event:
        case AccountCreated():
            return (
                ("account_number", event.account_number),
                ("application_number", event.application_number),
            )
        case ScheduleCreated():
            return (("schedule_id", event.schedule_id),)
        case StaffCreated():
            return (("username", event.username),)
        case ApprovalRequested():
            return ((NUMBER_KIND, event.request_number),)
        case RepaymentRecorded() | PaymentCorrected() | LetterResolved():
            return ((MESSAGE, event.original_message_id),)
        case _:
            return ()
