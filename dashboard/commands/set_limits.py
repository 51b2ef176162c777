"""Replace a staff member's own limits."""

from typing import ClassVar

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing
from proto.values import Money


class SetLimits(StaffChange, frozen=True, kw_only=True):
    """These limits by kind; a kind that is not named is as the roles have it."""

    name: ClassVar[str] = "SetLimits"
    to_do: ClassVar[str] = "Change the limits of"
    done: ClassVar[str] = "Changed the limits of"
    rpc: ClassVar[str] = "SetLimits"

    limits: dict[str, Money]

    def request(self, key: str) -> servicing.SetLimitsRequest:
        """Build the request."""
        return servicing.SetLimitsRequest(
            staff_id=self.staff_id,
            limits={kind: str(amount) for kind, amount in self.limits.items()},
            idempotency_key=key,
            expected_version=self.seen_version,
        )
