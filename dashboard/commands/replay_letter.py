"""ReplayLetter: the entry of a dead letter is published again, once."""

from typing import ClassVar

from dashboard.commands.letter_change import LetterChange
from proto import servicing_pb2 as servicing


class ReplayLetter(LetterChange, frozen=True, kw_only=True):
    """Ask for it."""

    name: ClassVar[str] = "ReplayLetter"
    to_do: ClassVar[str] = "Replay the dead letter"
    done: ClassVar[str] = "Replayed the dead letter"

    def request(self, key: str) -> servicing.ReplayLetterRequest:
        """Build the request."""
        return servicing.ReplayLetterRequest(letter_id=self.letter_id, idempotency_key=key)
