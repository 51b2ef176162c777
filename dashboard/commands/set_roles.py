"""Replace a staff member's roles."""

from typing import ClassVar

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing


class SetRoles(StaffChange, frozen=True, kw_only=True):
    """These roles and no others, from now on."""

    name: ClassVar[str] = "SetRoles"
    to_do: ClassVar[str] = "Change the roles of"
    done: ClassVar[str] = "Changed the roles of"
    rpc: ClassVar[str] = "SetRoles"

    roles: tuple[str, ...]

    def request(self, key: str) -> servicing.SetRolesRequest:
        """Build the request."""
        return servicing.SetRolesRequest(
            staff_id=self.staff_id,
            roles=self.roles,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
