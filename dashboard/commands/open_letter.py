"""OpenLetter: somebody reads a dead letter, and the ledger records that first."""

from typing import ClassVar

from dashboard.commands.letter_change import LetterChange
from proto import servicing_pb2 as servicing


class OpenLetter(LetterChange, frozen=True, kw_only=True):
    """A reading; the answer is sealed for `reader_key`."""

    name: ClassVar[str] = "OpenLetter"
    to_do: ClassVar[str] = "Open the dead letter"
    done: ClassVar[str] = "Opened the dead letter"

    reader_key: bytes

    def request(self, key: str) -> servicing.OpenLetterRequest:
        """Build the request."""
        return servicing.OpenLetterRequest(
            letter_id=self.letter_id, reader_key=self.reader_key, idempotency_key=key
        )
