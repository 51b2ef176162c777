"""What the commands on dead letters share: who may, and whose history they continue."""

from typing import ClassVar

from ledger.commands.command import Command
from ledger.domain.rights import Right
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
