"""What staff are told: requests that wait for them, and what became of their own."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dashboard.queries.approvals import Reader, within_limits
from dashboard.queries.declared import (
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import DECIDING_ROLES, REQUEST_ROLES
from proto import documents
from proto.codec import from_mongo
from proto.values import Instant, Key, Money

NOTICES_MAX: Final = 50
TOLD_FOR: Final = timedelta(days=14)


class Notice(View, kw_only=True, frozen=True, rename="camel"):
    """A request to decide, or the outcome of an own one."""

    request_id: Key
    status: str
    is_open: bool
    at: Instant
    staff_id: Key | None = None
    by: Key | None = None
    kind: str = ""
    amount: Money | None = None
    account_number: str = ""
    priority: str = "normal"

    @property
    def name(self) -> str:
        """What a read mark names: asked for again, a request is news again."""
        return f"{self.request_id}:{self.status}:{self.at}"

    @property
    def is_outcome(self) -> bool:
        """Whether it tells a requester what became of their request."""
        return self.staff_id is not None


def notices(database: DeskDatabase, reader: Reader) -> list[Notice]:
    """List what the reader is told, newest first; requests only within their limit."""
    if not reader.roles & REQUEST_ROLES:
        return []
    since = datetime.now(UTC) - TOLD_FOR
    found = _find(database, {"staffId": reader.staff_id, "at": {"$gte": since}})
    deciding = sorted(reader.roles & DECIDING_ROLES)
    if deciding:
        waits = {"role": {"$in": deciding}, "isOpen": True, "notFor": {"$ne": reader.staff_id}}
        found += _find(database, waits | within_limits(reader))
    return sorted(found, key=lambda each: each.at, reverse=True)


def _find(database: DeskDatabase, query: Stored) -> list[Notice]:
    rows = (
        database[documents.STAFF_NOTIFICATIONS.name]
        .find(query, fields_of(Notice))
        .sort("at", -1)
        .limit(NOTICES_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return [from_mongo(Notice, row) for row in rows]
