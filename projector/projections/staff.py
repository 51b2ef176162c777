"""Projection `staff`: who may sign in, in which roles and limits, as the ledger decided."""

from collections.abc import Iterator
from typing import assert_never

from projector.happening import STAFF, Change, Documents, Happening, Reads, Stored
from proto.codec import to_mongo
from proto.events import (
    StaffCreated,
    StaffDisabled,
    StaffEnabled,
    StaffEvent,
    StaffKeyEnrolled,
    StaffKeyRevoked,
    StaffLimitsSet,
    StaffRolesSet,
    StaffStartPasswordGiven,
)


def reads(happening: Happening) -> Reads:
    """Name the document that the event is about."""
    event = happening.event
    return Reads(((STAFF, event.staff_id),)) if isinstance(event, StaffEvent) else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the staff member's document after the event."""
    event = happening.event
    if isinstance(event, StaffEvent):
        member = documents.get(STAFF, event.staff_id) or {}
        yield Change(STAFF, event.staff_id, {**member, **_told(event, member, happening)})


def _told(  # noqa: PLR0911 - one line an event
    event: StaffEvent, member: Stored, happening: Happening
) -> Stored:
    match event:
        case StaffCreated():
            return _created(event)
        case StaffDisabled() | StaffEnabled():
            return {"enabled": isinstance(event, StaffEnabled)}
        case StaffStartPasswordGiven():
            return {}
        case StaffRolesSet():
            return {"roles": to_mongo(event.roles)}
        case StaffLimitsSet():
            return {"limits": to_mongo(event.limits)}
        case StaffKeyEnrolled():
            key = {
                "keyId": str(event.key_id),
                "publicKey": event.public_key,
                "enrolledAt": happening.at,
            }
            return {"keys": [*member.get("keys", ()), key]}
        case StaffKeyRevoked():
            revoked = {"revokedAt": happening.at}
            return {
                "keys": [
                    {**key, **revoked} if key["keyId"] == event.key_id else key
                    for key in member.get("keys", ())
                ]
            }
        case _:
            assert_never(event)


def _created(event: StaffCreated) -> Stored:
    optional = {
        "email": event.email,
        "personId": str(event.person_id),
        "actsFor": to_mongo(event.acts_for),
    }
    return {
        "_id": str(event.staff_id),
        "staffId": str(event.staff_id),
        "username": str(event.username),
        "displayName": event.display_name,
        **{name: value for name, value in optional.items() if value},
        "roles": to_mongo(event.roles),
        "limits": to_mongo(event.limits),
        "enabled": True,
    }
