"""Where operations are kept: MongoDB's `desk-operations`, written by the desk alone."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, Stored
from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.documents import OperationDocument

OPEN_STATES: Final = ("saving", "saved", "refused", "unknown")
DECIDED_STATES: Final = frozenset({"saved", "synced", "refused", "dismissed"})
MOVING_FIELDS: Final = (
    "state",
    "sentence",
    "reason",
    "accountVersion",
    "balancesAfter",
    "updatedAt",
)
SHOWN_MAX: Final = 5
SHOWN_FOR: Final = timedelta(days=7)
ABANDONED_AFTER: Final = timedelta(seconds=60)
"""Longer than a command's deadline: whoever was saving it is gone."""

ABANDONED: Final = "The desk was restarted before the ledger's answer came. It may have been done."


class OperationStore:
    """Reads and writes operations; free text goes as soon as the outcome is known."""

    def __init__(self, database: DeskDatabase) -> None:
        self._collection = database[documents.OPERATIONS.name]

    def insert(self, key: str, document: OperationDocument) -> None:
        """Keep a new intent under its key, before anything is sent."""
        self._collection.insert_one({"_id": key, **to_mongo(document)})

    def update(self, key: str, document: OperationDocument) -> None:
        """Write where an operation stands. What is decided needs its note no longer."""
        written: Stored = to_mongo(document)
        change: Stored = {name: written.get(name) for name in MOVING_FIELDS}
        if document.state in DECIDED_STATES:
            change["parameters.notes"] = ""
        self._collection.update_one({"_id": key}, {"$set": change})

    def find(self, key: str, staff_id: str) -> OperationDocument | None:
        """Find somebody's own operation."""
        stored = self._collection.find_one({"_id": key, "staffId": staff_id})
        return None if stored is None else _read(stored)

    def open_ones(self, staff_id: str, loan_account_ids: list[str]) -> dict[str, OperationDocument]:
        """List somebody's operations on accounts that are not over, newest first."""
        rows = (
            self._collection.find(
                {
                    "loanAccountId": {"$in": loan_account_ids},
                    "staffId": staff_id,
                    "state": {"$in": list(OPEN_STATES)},
                    "createdAt": {"$gte": datetime.now(UTC) - SHOWN_FOR},
                }
            )
            .sort("createdAt", -1)
            .limit(SHOWN_MAX)
            .max_time_ms(QUERY_MILLISECONDS_MAX)
        )
        return {str(row["_id"]): _read(row) for row in rows}


def _read(stored: Stored) -> OperationDocument:
    """Read an operation; one that nobody can be saving any more is of unknown outcome."""
    found = from_mongo(OperationDocument, stored)
    if found.state == "saving" and datetime.now(UTC) - found.updated_at > ABANDONED_AFTER:
        found.state, found.sentence = "unknown", ABANDONED
    return found
