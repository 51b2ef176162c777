"""Give a staff member a start password in place of theirs: the ledger records it first."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "password_forgotten": "Password forgotten",
    "never_used": "The last one was never used",
    "locked_out": "Locked out",
    "security": "For security",
    "other": "Other",
}
"""Why somebody is given one: code on the wire, and the word for it."""


class GiveStartPassword(StaffChange, frozen=True, kw_only=True):
    """Recorded, the desk makes one; the ledger never has it."""

    name: ClassVar[str] = "GiveStartPassword"
    to_do: ClassVar[str] = "Give a start password to"
    done: ClassVar[str] = "Gave a start password to"
    rpc: ClassVar[str] = "GiveStartPassword"

    username: str
    reason_code: str

    def request(self, key: str) -> servicing.GiveStartPasswordRequest:
        """Build the request."""
        return servicing.GiveStartPasswordRequest(
            staff_id=self.staff_id,
            reason_code=self.reason_code,
            idempotency_key=key,
            expected_version=self.seen_version,
        )
