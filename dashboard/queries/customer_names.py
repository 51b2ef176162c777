"""Customers' names for rows that hold only their ids: read when shown, since names change."""

from collections.abc import Iterable

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase
from proto import documents


def customer_names(database: DeskDatabase, customer_ids: Iterable[str | None]) -> dict[str, str]:
    """Give the names of those customers that are known, by id."""
    asked = sorted({each for each in customer_ids if each})
    if not asked:
        return {}
    found = database[documents.CUSTOMERS.name].find(
        {"_id": {"$in": asked}}, {"fullName": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return {each["_id"]: each.get("fullName", "") for each in found}
