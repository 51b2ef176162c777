"""Replace a staff member's roles."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "new_duties": "New duties",
    "temporary_cover": "Temporary cover",
    "cover_ended": "Cover has ended",
    "correction": "Correction",
    "other": "Other",
}
"""Why roles change: code on the wire, and the word for it."""


class SetRoles(StaffChange, frozen=True, kw_only=True):
    """These roles and no others, from now on."""

    name: ClassVar[str] = "SetRoles"
    to_do: ClassVar[str] = "Change the roles of"
    done: ClassVar[str] = "Changed the roles of"
    rpc: ClassVar[str] = "SetRoles"

    roles: tuple[str, ...]
    reason_code: str = "other"

    def request(self, key: str) -> servicing.SetRolesRequest:
        """Build the request."""
        return servicing.SetRolesRequest(
            staff_id=self.staff_id,
            roles=self.roles,
            reason_code=self.reason_code,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
