"""StaffService.SetRoles: a staff member's roles, replaced whole."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, existing
from ledger.domain.staff import Staff
from proto.events import LedgerEvent, StaffRolesSet
from proto.values import Code


class SetRoles(StaffCommand, frozen=True, kw_only=True):
    """Replace a person's roles."""

    roles: tuple[Code, ...]
    reason_code: Code = Code("")


def decide(staff: Staff | None, command: SetRoles, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Replace a person's roles, never one's own."""
    staff = existing(staff, command, facts)
    return (
        StaffRolesSet(
            staff_id=staff.staff_id, roles=command.roles, reason_code=command.reason_code
        ),
    )
