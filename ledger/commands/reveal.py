"""Reveal: somebody reads the free text of an event, and that is recorded first."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.domain.reading import ReadingLog
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.events import LedgerEvent, TextRevealed
from proto.values import Key


class Reveal(Command, frozen=True, kw_only=True):
    """Record a reading. `text_names` are those of the event's texts; none: nothing to read."""

    right: ClassVar = Right.REVEAL
    reader_id: Key
    event_id: Key
    purpose: str
    customer_id: Key = Key("")
    text_names: tuple[str, ...] = ()

    @property
    def subject_id(self) -> Key:
        """The reader's own log."""
        return Key(f"{subjects.REVEAL}{self.reader_id}")


def decide(_log: ReadingLog | None, command: Reveal, _facts: Facts) -> tuple[LedgerEvent, ...]:
    """Record it, unless there is nothing to read."""
    if not command.text_names:
        raise Refused(
            Refusal.NO_SUCH_TEXT,
            f"The ledger has no free text with an event {command.event_id[:100]}.",
            field="event_id",
        )
    revealed = TextRevealed(
        event_id=command.event_id,
        customer_id=command.customer_id,
        names=command.text_names,
        sealed_texts={"purpose": command.purpose},
    )
    return (revealed,)
