"""Which notices somebody has read: the desk's own small store, for no other purpose."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pymongo import UpdateOne

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase
from proto import documents
from proto.codec import to_mongo
from proto.documents import ReadMarkDocument
from proto.values import Instant, Key


class ReadMarks:
    """Reads and writes the marks; a second mark on a notice changes nothing."""

    def __init__(self, database: DeskDatabase) -> None:
        self._collection = database[documents.READ_MARKS.name]

    def read(self, staff_id: str, notices: Sequence[str]) -> set[str]:
        """Tell which of the notices somebody has read."""
        ids = [_id(staff_id, each) for each in notices]
        rows = self._collection.find(
            {"_id": {"$in": ids}}, {"notice": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
        )
        return {str(row["notice"]) for row in rows}

    def mark(self, staff_id: str, notices: Sequence[str]) -> None:
        """Note that somebody has read these."""
        now = Instant.of(datetime.now(UTC))
        marks = [
            UpdateOne(
                {"_id": _id(staff_id, each)},
                {
                    "$setOnInsert": to_mongo(
                        ReadMarkDocument(staff_id=Key(staff_id), notice=each, read_at=now)
                    )
                },
                upsert=True,
            )
            for each in notices
        ]
        if marks:
            self._collection.bulk_write(marks, ordered=False)


def _id(staff_id: str, notice: str) -> str:
    return f"{staff_id}\x1f{notice}"
