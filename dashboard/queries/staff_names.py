"""The names of those who did something, for histories."""

from collections import Counter
from typing import Final

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import REQUEST_ROLES
from proto import documents
from proto.codec import from_mongo
from proto.values import Key

PEOPLE_MAX: Final = 500
MORE_PEOPLE: Final = (
    f"The first {PEOPLE_MAX} by name; of anybody else write the id after `by=` into the address."
)

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
        .limit(PEOPLE_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found = [from_mongo(StaffName, row) for row in rows]
    return {str(each.staff_id): each.display_name for each in found}


def staff_labels(database: DeskDatabase) -> dict[str, str]:
    """Give the id of everybody who is or was staff by a label, no two alike, in their order."""
    rows = (
        database[documents.STAFF.name]
        .find({}, fields_of(StaffName))
        .sort([("displayName", 1), ("_id", 1)])
        .limit(PEOPLE_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found = [from_mongo(StaffName, row) for row in rows]
    often = Counter(each.display_name for each in found)
    labels = {_label(each, is_alone=often[each.display_name] == 1): each for each in found}
    system = {name: staff_id for staff_id, name in SYSTEM_NAMES.items()}
    return {label: str(each.staff_id) for label, each in labels.items()} | system


def _label(each: StaffName, *, is_alone: bool) -> str:
    return each.display_name if is_alone else f"{each.display_name} ({each.staff_id})"
