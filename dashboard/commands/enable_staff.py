"""Enable a staff member who was disabled."""

from typing import ClassVar

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing


class EnableStaff(StaffChange, frozen=True, kw_only=True):
    """They work again, in the roles and limits that they had."""

    name: ClassVar[str] = "EnableStaff"
    to_do: ClassVar[str] = "Enable"
    done: ClassVar[str] = "Enabled"
    rpc: ClassVar[str] = "Enable"

    reason: str = ""

    def request(self, key: str) -> servicing.EnableStaffRequest:
        """Build the request."""
        return servicing.EnableStaffRequest(
            staff_id=self.staff_id,
            reason=self.reason,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
