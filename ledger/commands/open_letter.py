"""OpenLetter: somebody reads a dead letter, and that is recorded first."""

from ledger.commands.command import Facts
from ledger.commands.letter_steps import LetterCommand
from ledger.domain.letter import LetterLog
from proto.events import LedgerEvent, LetterOpened


class OpenLetter(LetterCommand, frozen=True, kw_only=True):
    """Ask for a letter's entry, sealed for the reader's key (base64)."""

    reader_key: str


def decide(_log: LetterLog | None, command: OpenLetter, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record who reads; whether there is such a letter the projector knows."""
    return (LetterOpened(letter_id=command.letter_id, reader_key=command.reader_key),)
