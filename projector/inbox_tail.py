"""Notices that the inbox lost its newest entries, as with a Redis that failed over.

The replica that took over may not have had them all. What was read of them is applied and
comes again at most; what nobody had read is gone, and nobody but us would know.
"""

from typing import Any, Final

import redis

from projector.stream import GROUP
from proto.streams import INBOX

NOTHING: Final = "0-0"
COUNT_MAX: Final = 1_000


class InboxTail:
    """Remembers where the inbox ended, and what of it was still unread."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._delivered = NOTHING
        self._unread = 0
        self.last_id = NOTHING

    def recall(self, last_id: str, unread: int) -> None:
        """Take over what was known before a restart."""
        self.last_id, self._unread = last_id or NOTHING, unread

    def look(self, unread: int) -> int | None:
        """Tell how many unread entries are gone at least; None: the inbox has only grown.

        `unread` is how many there are now. Of an inbox that is made anew the missing group
        tells. Raises redis.RedisError.
        """
        groups: Any = self._client.xinfo_groups(INBOX)
        delivered = {each["name"]: each["last-delivered-id"] for each in groups}.get(GROUP.encode())
        info: Any = self._client.xinfo_stream(INBOX)
        last_id = info["last-generated-id"].decode()
        gone = None
        if last_id != NOTHING and _place(last_id) < _place(self.last_id):
            gone = max(0, self._unread - self._still_there())
        self.last_id, self._unread = last_id, unread
        self._delivered = delivered.decode() if delivered else NOTHING
        return gone

    def _still_there(self) -> int:
        """Count what follows the last entry that had been given to us then."""
        after: Any = f"({self._delivered}"
        there: Any = self._client.xrange(INBOX, after, "+", count=COUNT_MAX)
        return len(there)


def _place(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
