"""Who is staff, as the ledger's events tell it."""

from typing import Any

from pymongo.database import Database

from proto import documents
from proto.codec import from_mongo
from proto.documents import StaffDocument


def enabled_staff_member(database: Database[dict[str, Any]], staff_id: str) -> StaffDocument | None:
    """Find a staff member who may work; None when unknown or disabled."""
    stored = database[documents.STAFF.name].find_one({"_id": staff_id})
    if stored is None:
        return None
    member = from_mongo(StaffDocument, stored)
    return member if member.enabled else None
