"""Mark an event as looked at and found right."""

from typing import ClassVar

from dashboard.commands.review_mark import ReviewMark
from proto import servicing_pb2 as servicing


class MarkVerified(ReviewMark, frozen=True, kw_only=True):
    """The event is in order; the note says why."""

    name: ClassVar[str] = "MarkVerified"
    to_do: ClassVar[str] = "Mark as verified:"
    done: ClassVar[str] = "Marked as verified:"

    def request(self, key: str) -> servicing.MarkVerifiedRequest:
        """Build the request."""
        return servicing.MarkVerifiedRequest(
            event_id=self.event_id, note=self.note, idempotency_key=key
        )
