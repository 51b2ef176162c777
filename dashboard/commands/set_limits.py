"""Replace a staff member's own limits."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing
from proto.values import Money

REASONS: Final = {
    "new_duties": "New duties",
    "temporary_cover": "Temporary cover",
    "cover_ended": "Cover has ended",
    "risk_review": "Review of risks",
    "correction": "Correction",
    "other": "Other",
}
"""Why limits change: code on the wire, and the word for it."""


class SetLimits(StaffChange, frozen=True, kw_only=True):
    """These limits by kind; a kind that is not named is as the roles have it."""

    name: ClassVar[str] = "SetLimits"
    to_do: ClassVar[str] = "Change the limits of"
    done: ClassVar[str] = "Changed the limits of"
    rpc: ClassVar[str] = "SetLimits"

    limits: dict[str, Money]
    reason_code: str = "other"

    def request(self, key: str) -> servicing.SetLimitsRequest:
        """Build the request."""
        return servicing.SetLimitsRequest(
            staff_id=self.staff_id,
            limits={kind: str(amount) for kind, amount in self.limits.items()},
            reason_code=self.reason_code,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
