"""Revoke a staff member's signing key; what it signed stays valid."""

from typing import ClassVar, Final

from dashboard.commands.staff_change import StaffChange
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "forgotten": "Passphrase forgotten",
    "lost": "Key lost",
    "security": "For security",
    "left": "Has left",
    "other": "Other",
}
"""Why a key signs nothing any more: code on the wire, and the word for it."""


class RevokeKey(StaffChange, frozen=True, kw_only=True):
    """The key signs nothing from now on; its owner makes a new one."""

    name: ClassVar[str] = "RevokeKey"
    to_do: ClassVar[str] = "Revoke the signing key of"
    done: ClassVar[str] = "Revoked the signing key of"
    rpc: ClassVar[str] = "RevokeKey"

    key_id: str
    reason: str = ""
    reason_code: str = ""

    def request(self, key: str) -> servicing.RevokeKeyRequest:
        """Build the request."""
        return servicing.RevokeKeyRequest(
            staff_id=self.staff_id,
            key_id=self.key_id,
            reason=self.reason,
            reason_code=self.reason_code,
            idempotency_key=key,
        )
