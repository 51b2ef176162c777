"""The list of staff, one of them whole, and what was changed about them."""

import re
from typing import Any, Final

from msgspec import Struct, field

from dashboard.queries.declared import (
    COUNT_MAX,
    QUERY_MILLISECONDS_MAX,
    DeskDatabase,
    Stored,
    View,
    fields_of,
)
from dashboard.queries.rights import require_staff_reader
from proto import documents, subjects
from proto.codec import from_mongo
from proto.documents import StaffKey
from proto.values import Instant, Key, Money

PAGE: Final = 50
CHANGES_MAX: Final = 20
CHANGES: Final = (
    "staff.created.v1",
    "staff.disabled.v1",
    "staff.enabled.v1",
    "staff.roles_set.v1",
    "staff.limits_set.v1",
    "staff.key_enrolled.v1",
    "staff.key_revoked.v1",
    "staff.start_password_given.v1",
)
"""The events that make up a staff member."""

Cursor = tuple[str, str]
"""The name and the id of the last row of a page."""


class StaffFilter(Struct, frozen=True, kw_only=True):
    """Whom to list; empty is everybody. `state` is enabled or disabled."""

    text: str = ""
    role: str = ""
    state: str = ""


class StaffMember(View, kw_only=True, frozen=True, rename="camel"):
    """A staff member as the ledger knows them."""

    staff_id: Key
    username: Key
    display_name: str
    email: str | None = None
    person_id: Key | None = None
    roles: tuple[str, ...] = ()
    limits: dict[str, Money] = field(default_factory=dict)
    keys: tuple[StaffKey, ...] = ()
    enabled: bool = True
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @property
    def active_key(self) -> StaffKey | None:
        """The key that signs their decisions now."""
        return next((each for each in self.keys if each.revoked_at is None), None)


class StaffPage(Struct, frozen=True):
    """Some of the staff by name; `following` is where the next page begins."""

    rows: tuple[StaffMember, ...]
    count: int
    following: Cursor | None = None


class StaffEventView(View, kw_only=True, frozen=True, rename="camel"):
    """One change of a staff member."""

    event_id: Key
    event_type: str
    recorded_at: Instant
    actor: Key
    reason_code: str | None = None


def staff_page(
    database: DeskDatabase,
    roles: frozenset[str],
    chosen: StaffFilter,
    after: Cursor | None = None,
) -> StaffPage:
    """List staff by name. Raises NotAllowed."""
    require_staff_reader(roles)
    staff = database[documents.STAFF.name]
    query = _query(chosen)
    count = staff.count_documents(query, limit=COUNT_MAX, maxTimeMS=QUERY_MILLISECONDS_MAX)
    found = (
        staff.find({"$and": [query, _after(after)]}, fields_of(StaffMember))
        .sort([("displayName", 1), ("staffId", 1)])
        .limit(PAGE + 1)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    rows = [from_mongo(StaffMember, each) for each in found]
    page = tuple(rows[:PAGE])
    more = len(rows) > PAGE
    return StaffPage(page, count, (page[-1].display_name, page[-1].staff_id) if more else None)


def staff_member(
    database: DeskDatabase, roles: frozenset[str], staff_id: str
) -> StaffMember | None:
    """Find a staff member, disabled ones too. Raises NotAllowed."""
    require_staff_reader(roles)
    stored = database[documents.STAFF.name].find_one(
        {"_id": staff_id}, fields_of(StaffMember), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(StaffMember, stored)


def staff_changes(
    database: DeskDatabase, roles: frozenset[str], staff_id: str
) -> tuple[StaffEventView, ...]:
    """List what was changed about somebody, newest first. Raises NotAllowed."""
    require_staff_reader(roles)
    about = {"eventType": {"$in": list(CHANGES)}, "subjectId": f"{subjects.STAFF}{staff_id}"}
    found = (
        database[documents.AUDIT_EVENTS.name]
        .find(about, fields_of(StaffEventView))
        .sort("position", -1)
        .limit(CHANGES_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    return tuple(from_mongo(StaffEventView, each) for each in found)


def _query(chosen: StaffFilter) -> Stored:
    every: list[Stored] = []
    if chosen.text.strip():
        written = {"$regex": re.escape(chosen.text.strip()), "$options": "i"}
        fields = ("displayName", "username", "staffId", "email")
        every.append({"$or": [{each: written} for each in fields]})
    if chosen.role:
        every.append({"roles": chosen.role})
    if chosen.state:
        every.append({"enabled": {"$ne": False} if chosen.state == "enabled" else False})
    return {"$and": every} if every else {}


def _after(after: Cursor | None) -> dict[str, Any]:
    """Give the condition of what comes after a row, in the order of the list."""
    if after is None:
        return {}
    name, staff_id = after
    return {
        "$or": [{"displayName": {"$gt": name}}, {"displayName": name, "staffId": {"$gt": staff_id}}]
    }
