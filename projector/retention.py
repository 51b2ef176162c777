"""The archive's retention: events from outside go when they are old enough, a few at a time.

What went is counted in the same transaction, so that a rebuild can say what it lacks. Our
ledger's positions stay: they name nobody, and the order of what is left hangs on them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from bson import Binary
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure

from projector import fence
from projector.archive import PLACE
from projector.fence import Fenced
from proto.codec import from_mongo, to_mongo
from proto.documents import ARCHIVE, ARCHIVE_RETENTION, ArchiveRetentionDocument
from proto.values import Instant

KEY: Final = "archive"
STEP: Final = 1_000
OUTSIDE: Final = {"sealed": {"$exists": True}}

log = structlog.get_logger()


class Retention:
    """Takes what is too old out of the archive, one bounded step at a time."""

    def __init__(
        self,
        client: MongoClient[dict[str, Any]],
        database: Database[dict[str, Any]],
        *,
        days: int,
        clock: Callable[[], Instant],
    ) -> None:
        self._client, self._database = client, database
        self._days, self._clock = days, clock

    def step(self) -> int:
        """Take out at most a thousand events; tell how many. Raises PyMongoError.

        At the fence of a rebuild nothing is taken: it counts on what it has read.
        """
        if not self._days:
            return 0
        try:
            with self._client.start_session() as session, session.start_transaction():
                return self._drop(session)
        except Fenced:
            return 0
        except OperationFailure as error:
            if not error.has_error_label("TransientTransactionError"):
                raise
            return 0  # it met another; the next time will do

    def _drop(self, session: ClientSession) -> int:
        fence.look(self._database, session)
        before = taken(self._database, session)
        archive = self._database[ARCHIVE.name]
        begin = before.until if before else b""
        due = {"_id": {"$gt": Binary(begin), "$lt": Binary(self._edge())}, **OUTSIDE}
        only = {"receivedAt": 1}
        old = list(archive.find(due, only, session=session).sort("_id").limit(STEP))
        if not old:
            return 0
        # a range and no `$in`: for that one a clustered collection is read from end to end
        last = old[-1]
        range_ = {"_id": {"$gte": old[0]["_id"], "$lte": last["_id"]}, **OUTSIDE}
        archive.delete_many(range_, session=session)
        now = ArchiveRetentionDocument(
            dropped=len(old) + (before.dropped if before else 0),
            until=bytes(last["_id"]),
            last_received_at=Instant.of(last["receivedAt"]),
        )
        taken_before = self._database[ARCHIVE_RETENTION.name]
        taken_before.replace_one({"_id": KEY}, to_mongo(now), upsert=True, session=session)
        log.info("archive_retention", dropped=len(old), last_received_at=str(now.last_received_at))
        return len(old)

    def _edge(self) -> bytes:
        """Give the first place that is young enough to stay."""
        edge = self._clock() - timedelta(days=self._days)
        return PLACE.pack(max(0, int(edge.timestamp())), 0, 0, 0)


def taken(
    database: Database[dict[str, Any]], session: ClientSession | None = None
) -> ArchiveRetentionDocument | None:
    """Tell what the retention took so far; None: nothing."""
    stored = database[ARCHIVE_RETENTION.name].find_one({"_id": KEY}, session=session)
    return from_mongo(ArchiveRetentionDocument, stored) if stored else None
