"""Disable a staff member: they may do nothing any more."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "left": "Has left",
    "long_absence": "Away for long",
    "suspended": "Suspended",
    "security": "For security",
    "other": "Other",
}
"""Why somebody may do nothing any more: code on the wire, and the word for it."""


class DisableStaff(StaffChange, frozen=True, kw_only=True):
    """They leave every tab at once, and the ledger takes nothing more of theirs."""

    name: ClassVar[str] = "DisableStaff"
    to_do: ClassVar[str] = "Disable"
    done: ClassVar[str] = "Disabled"
    rpc: ClassVar[str] = "Disable"

    reason: str = ""
    reason_code: str = ""

    def request(self, key: str) -> servicing.DisableStaffRequest:
        """Build the request."""
        return servicing.DisableStaffRequest(
            staff_id=self.staff_id,
            reason=self.reason,
            reason_code=self.reason_code,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
