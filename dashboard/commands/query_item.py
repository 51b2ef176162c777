"""Mark an event as one that wants an explanation."""

from typing import ClassVar

from dashboard.commands.review_mark import ReviewMark
from proto import servicing_pb2 as servicing


class QueryItem(ReviewMark, frozen=True, kw_only=True):
    """The event is not clear; the note says what is asked."""

    name: ClassVar[str] = "QueryItem"
    to_do: ClassVar[str] = "Query"
    done: ClassVar[str] = "Queried"

    def request(self, key: str) -> servicing.QueryItemRequest:
        """Build the request."""
        return servicing.QueryItemRequest(
            event_id=self.event_id, note=self.note, idempotency_key=key
        )
