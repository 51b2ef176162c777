"""Who is staff: the fold of the staff events."""

from typing import assert_never

import msgspec
from msgspec import Struct

from proto.events import StaffCreated, StaffDisabled, StaffEvent, StaffLimitsSet, StaffRolesSet
from proto.values import Code, Instant, Key, Money

SUBJECT_PREFIX = "staff:"


class Staff(Struct, frozen=True, kw_only=True):
    """A staff member as the events up to `version` say."""

    staff_id: Key
    version: int
    username: Key
    display_name: str
    email: str
    roles: tuple[Code, ...]
    limits: dict[str, Money]
    enabled: bool
    updated_at: Instant


def evolve(staff: Staff | None, event: StaffEvent, version: int, at: Instant) -> Staff:
    """Apply one event."""
    if isinstance(event, StaffCreated):
        return Staff(
            staff_id=event.staff_id,
            version=version,
            username=event.username,
            display_name=event.display_name,
            email=event.email,
            roles=event.roles,
            limits=event.limits,
            enabled=True,
            updated_at=at,
        )
    if staff is None:
        raise ValueError(f"{event.type} before {StaffCreated.type}")
    staff = msgspec.structs.replace(staff, version=version, updated_at=at)
    match event:
        case StaffDisabled():
            return msgspec.structs.replace(staff, enabled=False)
        case StaffRolesSet():
            return msgspec.structs.replace(staff, roles=event.roles)
        case StaffLimitsSet():
            return msgspec.structs.replace(staff, limits=event.limits)
        case _:
            assert_never(event)
