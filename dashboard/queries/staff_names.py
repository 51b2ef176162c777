"""The names of those who did something, for histories."""

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from proto import documents
from proto.codec import from_mongo
from proto.values import Key

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
