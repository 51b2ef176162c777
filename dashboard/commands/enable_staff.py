"""Enable a staff member who was disabled."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "is_back": "Is back",
    "disabled_in_error": "Disabled in error",
    "cleared": "Cleared",
    "other": "Other",
}
"""Why somebody may work again: code on the wire, and the word for it."""


class EnableStaff(StaffChange, frozen=True, kw_only=True):
    """They work again, in the roles and limits that they had."""

    name: ClassVar[str] = "EnableStaff"
    to_do: ClassVar[str] = "Enable"
    done: ClassVar[str] = "Enabled"
    rpc: ClassVar[str] = "Enable"

    reason: str = ""
    reason_code: str = ""

    def request(self, key: str) -> servicing.EnableStaffRequest:
        """Build the request."""
        return servicing.EnableStaffRequest(
            staff_id=self.staff_id,
            reason=self.reason,
            reason_code=self.reason_code,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
