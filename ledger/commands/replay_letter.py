"""ReplayLetter: the entry of a dead letter is published again."""

from ledger.commands import letter_steps
from ledger.commands.command import Facts
from ledger.commands.letter_steps import LetterCommand
from ledger.domain.letter import LetterLog
from proto.events import LedgerEvent, LetterReplayed


class ReplayLetter(LetterCommand, frozen=True, kw_only=True):
    """Ask for it."""


def decide(log: LetterLog | None, command: ReplayLetter, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record who asked; the projector publishes it once, however often it is asked."""
    letter_steps.check_not_closed(log)
    return (LetterReplayed(letter_id=command.letter_id),)
