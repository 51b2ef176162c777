"""What the commands on dead letters share: who may, and whose history they continue."""

from typing import ClassVar

from ledger.commands.command import Command
from ledger.domain.letter import LetterLog
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.values import Key


class LetterCommand(Command, frozen=True, kw_only=True):
    """Something to be done with one dead letter, by the projector, which has it."""

    right: ClassVar = Right.HANDLE_LETTERS
    letter_id: Key

    @property
    def subject_id(self) -> Key:
        """The history of what was asked of that letter."""
        return Key(f"{subjects.LETTER}{self.letter_id}")


def check_not_closed(log: LetterLog | None) -> None:
    """Refuse to do anything more about a letter that was closed."""
    if log is not None and log.is_closed:
        raise Refused(
            Refusal.LETTER_CLOSED,
            f"The dead letter {log.letter_id} was closed already; that is final.",
            field="letter_id",
        )
