"""Projection `staff`: who may sign in, in which roles and limits, as the ledger decided."""

from collections.abc import Iterator
from typing import assert_never

from projector.happening import STAFF, Change, Documents, Happening, Reads, Stored
from proto.codec import to_mongo
from proto.events import (
    Event,
    StaffCreated,
    StaffDisabled,
    StaffEvent,
    StaffLimitsSet,
    StaffRolesSet,
)


def reads(event: Event) -> Reads:
    """Name the document that the event is about."""
    return Reads(staff=(event.staff_id,)) if isinstance(event, StaffEvent) else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the staff member's document after the event."""
    event = happening.event
    if isinstance(event, StaffEvent):
        member = documents.get(STAFF, event.staff_id) or {}
        yield Change(STAFF, event.staff_id, {**member, **_told(event)})


def _told(event: StaffEvent) -> Stored:
    match event:
        case StaffCreated():
            return {
                "_id": str(event.staff_id),
                "staffId": str(event.staff_id),
                "username": str(event.username),
                "displayName": event.display_name,
                **({"email": event.email} if event.email else {}),
                "roles": to_mongo(event.roles),
                "limits": to_mongo(event.limits),
                "enabled": True,
            }
        case StaffDisabled():
            return {"enabled": False}
        case StaffRolesSet():
            return {"roles": to_mongo(event.roles)}
        case StaffLimitsSet():
            return {"limits": to_mongo(event.limits)}
        case _:
            assert_never(event)
