"""ResolveLetter: a dead letter that needs no posting is closed, for a reason."""

from ledger.commands.command import Facts
from ledger.commands.letter_steps import LetterCommand
from ledger.domain.letter import LetterLog
from proto.events import LedgerEvent, LetterResolved
from proto.values import Code


class ResolveLetter(LetterCommand, frozen=True, kw_only=True):
    """Close it; why is a code of a list, since words might name somebody."""

    reason_code: Code


def decide(
    _log: LetterLog | None, command: ResolveLetter, _facts: Facts
) -> tuple[LedgerEvent, ...]:
    """Record who closed it and why; the letter itself stays where it is."""
    return (LetterResolved(letter_id=command.letter_id, reason_code=command.reason_code),)
