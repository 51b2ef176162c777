"""StaffService.Disable: a staff member may do nothing any more."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, existing
from ledger.domain.staff import Staff
from proto.events import LedgerEvent, StaffDisabled
from proto.values import Code


class DisableStaff(StaffCommand, frozen=True, kw_only=True):
    """Disable a person."""

    reason: str = ""
    reason_code: Code = Code("")


def decide(staff: Staff | None, command: DisableStaff, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Disable a person, never one's own."""
    staff = existing(staff, command, facts)
    return (
        StaffDisabled(
            staff_id=staff.staff_id, reason=command.reason, reason_code=command.reason_code
        ),
    )
