"""Who is staff: the fold of the staff events."""

from typing import assert_never

import msgspec
from msgspec import Struct

from proto import subjects
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
from proto.values import Code, Instant, Key, Money

SUBJECT_PREFIX = subjects.STAFF


class StaffKey(Struct, frozen=True):
    """A key for decisions; revoked, it decides nothing any more."""

    key_id: Key
    public_key: str
    """Base64 of the 32 raw bytes."""
    is_revoked: bool = False


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
    person_id: Key = Key("")
    acts_for: tuple[Key, ...] = ()
    keys: tuple[StaffKey, ...] = ()

    @property
    def active_key(self) -> StaffKey | None:
        """The key that may sign decisions now; there is at most one."""
        return next((key for key in self.keys if not key.is_revoked), None)


def evolve(  # noqa: PLR0911 - one line an event
    staff: Staff | None, event: StaffEvent, version: int, at: Instant
) -> Staff:
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
            person_id=event.person_id or event.staff_id,
            acts_for=event.acts_for,
        )
    if staff is None:
        raise ValueError(f"{event.type} before {StaffCreated.type}")
    staff = msgspec.structs.replace(staff, version=version, updated_at=at)
    match event:
        case StaffDisabled() | StaffEnabled():
            return msgspec.structs.replace(staff, enabled=isinstance(event, StaffEnabled))
        case StaffStartPasswordGiven():
            return staff
        case StaffRolesSet():
            return msgspec.structs.replace(staff, roles=event.roles)
        case StaffLimitsSet():
            return msgspec.structs.replace(staff, limits=event.limits)
        case StaffKeyEnrolled():
            key = StaffKey(event.key_id, event.public_key)
            return msgspec.structs.replace(staff, keys=(*staff.keys, key))
        case StaffKeyRevoked():
            keys = tuple(
                msgspec.structs.replace(key, is_revoked=True) if key.key_id == event.key_id else key
                for key in staff.keys
            )
            return msgspec.structs.replace(staff, keys=keys)
        case _:
            assert_never(event)
