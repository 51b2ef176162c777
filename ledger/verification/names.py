"""The names: each that an event gave leads to that event's subject, and to nobody else's.

They stand in a table under no hash; who takes one away or bends it lets a number be given
twice, or a message be posted twice.
"""

from ledger.commands.message_names import MESSAGE, is_closed
from ledger.commands.request_approval import NUMBER_KIND
from ledger.journal import Entry, Journal
from ledger.verification import Wrong
from proto.events import (
    AccountCreated,
    ApprovalRequested,
    LedgerEvent,
    LetterResolved,
    PaymentCorrected,
    ScheduleCreated,
    StaffCreated,
)


def check_names(journal: Journal, entry: Entry, event: LedgerEvent) -> None:
    """Look up what an event named. Raises Wrong."""
    for kind, value in _names_in(event):
        found = journal.subject_named(kind, value) if value else entry.subject_id
        if found != entry.subject_id and not _is_of_another_letter(event, found):
            raise Wrong(entry, f"its {kind} {value} leads to {found or 'nothing'}")


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
        case PaymentCorrected() | LetterResolved():
            return ((MESSAGE, event.original_message_id),)
        case _:
            return ()
