"""Whom a staff member opened last: kept by the desk, for the desk."""

from datetime import UTC, datetime
from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, fields_of
from dashboard.queries.found import CustomerHit, CustomerOutlineHit
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.documents import RecentCustomersDocument
from proto.values import Instant, Key

KEPT: Final = 8


def remember(database: DeskDatabase, staff_id: str, customer_id: str) -> None:
    """Put a customer at the head of somebody's list."""
    others = [each for each in _ids(database, staff_id) if each != customer_id]
    document = RecentCustomersDocument(
        staff_id=Key(staff_id),
        customer_ids=[Key(customer_id), *others][:KEPT],
        updated_at=Instant.of(datetime.now(UTC)),
    )
    database[documents.RECENT_CUSTOMERS.name].replace_one(
        {"_id": staff_id}, {"_id": staff_id, **to_mongo(document)}, upsert=True
    )


def recent_customers(
    database: DeskDatabase, roles: frozenset[str], staff_id: str
) -> list[CustomerOutlineHit]:
    """List whom somebody opened last, as their roles see them. Raises NotAllowed.

    Who has no record, as a customer that only accounts tell of, is there by id.
    """
    require_reader(roles)
    ids = _ids(database, staff_id)
    view = CustomerHit if sees_persons(roles) else CustomerOutlineHit
    rows = database[documents.CUSTOMERS.name].find(
        {"_id": {"$in": ids}}, fields_of(view), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    found = {str(each.customer_id): each for each in (from_mongo(view, row) for row in rows)}
    return [found.get(each) or view(customer_id=each) for each in ids]


def _ids(database: DeskDatabase, staff_id: str) -> list[Key]:
    stored = database[documents.RECENT_CUSTOMERS.name].find_one(
        {"_id": staff_id}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return from_mongo(RecentCustomersDocument, stored).customer_ids if stored else []
