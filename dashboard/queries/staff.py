"""Who is staff, as the ledger's events tell it."""

from typing import Any

from msgspec import field
from pymongo.database import Database

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, View, fields_of
from proto import documents
from proto.codec import from_mongo
from proto.documents import StaffKey
from proto.values import Key, Money


class StaffMember(View, kw_only=True, frozen=True, rename="camel"):
    """Who somebody is at the desk, and what the screens offer them."""

    staff_id: Key
    username: Key
    display_name: str
    roles: tuple[str, ...] = ()
    limits: dict[str, Money] = field(default_factory=dict)
    enabled: bool = True


def enabled_staff_member(database: Database[dict[str, Any]], staff_id: str) -> StaffMember | None:
    """Find a staff member who may work; None when unknown or disabled."""
    stored = database[documents.STAFF.name].find_one(
        {"_id": staff_id}, fields_of(StaffMember), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    if stored is None:
        return None
    member = from_mongo(StaffMember, stored)
    return member if member.enabled else None


class KeysView(View, kw_only=True, frozen=True, rename="camel"):
    """The public keys of a staff member."""

    keys: tuple[StaffKey, ...] = ()


def own_keys(database: Database[dict[str, Any]], staff_id: str) -> tuple[StaffKey, ...]:
    """List the keys that the ledger knows of somebody, revoked ones too."""
    stored = database[documents.STAFF.name].find_one(
        {"_id": staff_id}, fields_of(KeysView), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return from_mongo(KeysView, stored).keys if stored else ()
