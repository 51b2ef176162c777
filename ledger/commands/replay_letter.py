"""ReplayLetter: the entry of a dead letter is published again."""

from ledger.commands.command import Facts
from ledger.commands.letter_steps import LetterCommand
from ledger.domain.letter import LetterLog
from proto.events import LedgerEvent, LetterReplayed


class ReplayLetter(LetterCommand, frozen=True, kw_only=True):
    """Ask for it."""


def decide(_log: LetterLog | None, command: ReplayLetter, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record who asked; the projector publishes it once, however often it is asked."""
    return (LetterReplayed(letter_id=command.letter_id),)
