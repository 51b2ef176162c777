"""ResolveLetter: a dead letter that needs no posting is closed, for a reason."""

from typing import ClassVar, Final

from dashboard.commands.letter_change import LetterChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "came_twice": "Came twice",
    "sent_again": "Its sender sent it anew",
    "test_message": "A test",
    "not_ours": "Not meant for us",
    "posted_otherwise": "Posted otherwise",
    "other": "Other",
}
"""Why nothing is to be posted for it: code on the wire, and the word for it."""


class ResolveLetter(LetterChange, frozen=True, kw_only=True):
    """Ask for it."""

    name: ClassVar[str] = "ResolveLetter"
    to_do: ClassVar[str] = "Close the dead letter"
    done: ClassVar[str] = "Closed the dead letter"

    reason_code: str
    message_id: str = ""
    """The message of the inbox that it was; empty: it was none."""

    def request(self, key: str) -> servicing.ResolveLetterRequest:
        """Build the request."""
        return servicing.ResolveLetterRequest(
            letter_id=self.letter_id,
            reason_code=self.reason_code,
            original_message_id=self.message_id,
            idempotency_key=key,
        )
