"""NoteService.AmendNote: a note's new text; the old one stays in the journal."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.commands.steps import check_version
from ledger.domain.note import Note
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.events import LedgerEvent, NoteAmended
from proto.values import Key


class AmendNote(Command, frozen=True, kw_only=True):
    """Give a note another text, which is sealed as the first one was."""

    right: ClassVar = Right.WRITE_NOTES
    note_id: Key
    texts: dict[str, str]

    @property
    def subject_id(self) -> Key:
        """The note's own history."""
        return Key(f"{subjects.NOTE}{self.note_id}")


def decide(note: Note | None, command: AmendNote, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Amend it, unless it is not there, somebody else wrote it, or it has changed since."""
    if note is None:
        raise Refused(Refusal.NO_SUCH_NOTE, f"There is no note {command.note_id}.", field="note_id")
    added = facts.look.past(f"{command.subject_id}:1")
    if added is None or added.actor != facts.actor_id:
        raise Refused(
            Refusal.NOT_AUTHOR,
            "Only who wrote a note amends it. Write one of your own.",
            field="note_id",
        )
    check_version(note.version, command.expected_version)
    amended = NoteAmended(
        note_id=note.note_id,
        customer_id=note.customer_id,
        account_id=note.account_id,
        sealed_texts=command.texts,
    )
    return (amended,)
