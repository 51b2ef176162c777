"""StaffService.RevokeKey: a key decides nothing any more; what it signed stays valid."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, existing
from ledger.domain.staff import Staff
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, StaffKeyRevoked
from proto.values import Code, Key


class RevokeKey(StaffCommand, frozen=True, kw_only=True):
    """Revoke a person's key."""

    key_id: Key
    reason: str = ""
    reason_code: Code = Code("")


def decide(staff: Staff | None, command: RevokeKey, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Revoke the key; its owner may enrol another."""
    staff = existing(staff, command, facts)
    active = staff.active_key
    if active is None or active.key_id != command.key_id:
        raise Refused(
            Refusal.NO_SUCH_KEY,
            f"{command.staff_id} has no key {command.key_id} that is still good.",
            field="key_id",
        )
    return (
        StaffKeyRevoked(
            staff_id=staff.staff_id,
            key_id=active.key_id,
            reason=command.reason,
            reason_code=command.reason_code,
        ),
    )
