"""The names: each that an event gave leads to that event's subject, and to nobody else's.

They stand in a table under no hash; who takes one away or bends it lets a number be given
twice, or a message be posted twice.
"""

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


def check_names(journal: Journal, entry: Entry, event: LedgerEvent) -> None:
    """Look up what an event named. Raises Wrong."""
    taken_by = _taken_by(entry, event)
    for kind, value in _names_in(event):
        found = journal.subject_named(kind, value) if value else taken_by
        if found != taken_by and not _is_of_another_letter(event, found):
            raise Wrong(entry, f"its {kind} {value} leads to {found or 'nothing'}")


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
