"""StaffService.SetLimits: a staff member's own limits, replaced whole."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, existing
from ledger.domain.staff import Staff
from proto.events import LedgerEvent, StaffLimitsSet
from proto.values import Code, Money


class SetLimits(StaffCommand, frozen=True, kw_only=True):
    """Replace a person's own limits."""

    limits: dict[str, Money]
    reason_code: Code = Code("")


def decide(staff: Staff | None, command: SetLimits, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Replace a person's own limits, never one's own."""
    staff = existing(staff, command, facts)
    return (
        StaffLimitsSet(
            staff_id=staff.staff_id, limits=command.limits, reason_code=command.reason_code
        ),
    )
