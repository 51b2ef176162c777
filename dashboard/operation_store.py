"""Where operations are kept: MongoDB's `desk-operations`, written by the desk alone."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, Stored
from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.documents import OperationDocument

UNSETTLED: Final = ("saving", "refused", "unknown")
"""What somebody has still to hear of, or to clear up, however long ago it was."""

DONE_STATES: Final = frozenset({"saved", "synced", "dismissed"})
"""What is done or given up is not sent again: its words are needed no longer."""

FREE_TEXTS: Final = ("notes", "comment", "reason", "question_sent", "entered", "text", "note")
MOVING_FIELDS: Final = (
    "state",
    "sentence",
    "reason",
    "accountVersion",
    "balancesAfter",
    "updatedAt",
)
SHOWN_MAX: Final = 50
LISTED_MAX: Final = 200
SAVED_SHOWN_FOR: Final = timedelta(days=7)
ABANDONED_AFTER: Final = timedelta(seconds=60)
"""Longer than a command's deadline: whoever was saving it is gone."""

ABANDONED: Final = "The desk was restarted before the ledger's answer came. It may have been done."


class OperationStore:
    """Reads and writes operations; free text goes as soon as it is done or given up."""

    def __init__(self, database: DeskDatabase) -> None:
        self._collection = database[documents.OPERATIONS.name]

    def insert(self, key: str, document: OperationDocument) -> None:
        """Keep a new intent under its key, before anything is sent."""
        self._collection.insert_one({"_id": key, **to_mongo(document)})

    def update(self, key: str, document: OperationDocument) -> None:
        """Write where an operation stands. What is over keeps no free text."""
        written: Stored = to_mongo(document)
        change: Stored = {name: written.get(name) for name in MOVING_FIELDS}
        if document.state in DONE_STATES:
            held = [name for name in FREE_TEXTS if document.parameters.get(name)]
            change |= {f"parameters.{name}": "" for name in held}
        self._collection.update_one({"_id": key}, {"$set": change})

    def find(self, key: str, staff_id: str) -> OperationDocument | None:
        """Find somebody's own operation."""
        stored = self._collection.find_one({"_id": key, "staffId": staff_id})
        return None if stored is None else _read(stored)

    def open_ones(self, staff_id: str, loan_account_ids: list[str]) -> dict[str, OperationDocument]:
        """List somebody's operations on accounts that are not over, newest first."""
        on_these = {"loanAccountId": {"$in": loan_account_ids}, "staffId": staff_id}
        return self._open(on_these, SHOWN_MAX)

    def all_open(self, staff_id: str) -> dict[str, OperationDocument]:
        """List somebody's operations that are not over, the newest `LISTED_MAX` of them."""
        return self._open({"staffId": staff_id}, LISTED_MAX)

    def _open(self, query: Stored, wanted: int) -> dict[str, OperationDocument]:
        since = {"$gte": datetime.now(UTC) - SAVED_SHOWN_FOR}
        is_open = [
            {"state": {"$in": list(UNSETTLED)}},
            {"state": "saved", "createdAt": since},
        ]
        rows = (
            self._collection.find({**query, "$or": is_open})
            .sort("createdAt", -1)
            .limit(wanted)
            .max_time_ms(QUERY_MILLISECONDS_MAX)
        )
        return {str(row["_id"]): _read(row) for row in rows}


def _read(stored: Stored) -> OperationDocument:
    """Read an operation; one that nobody can be saving any more is of unknown outcome."""
    found = from_mongo(OperationDocument, stored)
    if found.state == "saving" and datetime.now(UTC) - found.updated_at > ABANDONED_AFTER:
        found.state, found.sentence = "unknown", ABANDONED
    return found
