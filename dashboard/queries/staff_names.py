"""The names of those who did something, for histories."""

from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import REQUEST_ROLES
from proto import documents
from proto.codec import from_mongo
from proto.values import Key

REQUESTERS_MAX: Final = 500

SYSTEM_NAMES = {"system": "System"}


class StaffName(View, kw_only=True, frozen=True, rename="camel"):
    """A staff member's id and the name on screens."""

    staff_id: Key
    display_name: str


def staff_names(database: DeskDatabase, staff_ids: set[str]) -> dict[str, str]:
    """Give the name of each id; an id that nobody bears stands for itself."""
    rows = database[documents.STAFF.name].find(
        {"_id": {"$in": sorted(staff_ids)}},
        fields_of(StaffName),
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    found = (from_mongo(StaffName, row) for row in rows)
    named = {str(each.staff_id): each.display_name for each in found}
    return {each: each for each in staff_ids} | SYSTEM_NAMES | named


def requesters(database: DeskDatabase) -> dict[str, str]:
    """Name everybody who may have asked for an approval, by name."""
    rows = (
        database[documents.STAFF.name]
        .find({"roles": {"$in": sorted(REQUEST_ROLES)}}, fields_of(StaffName))
        .sort("displayName", 1)
        .limit(REQUESTERS_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found = [from_mongo(StaffName, row) for row in rows]
    return {str(each.staff_id): each.display_name for each in found}
