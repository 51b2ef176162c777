"""StaffService.GiveStartPassword: an administrator opens somebody a new way in."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, existing
from ledger.domain.staff import Staff
from proto.events import LedgerEvent, StaffStartPasswordGiven
from proto.values import Code


class GiveStartPassword(StaffCommand, frozen=True, kw_only=True):
    """Record it before it is done; the desk alone makes the password and keeps its hash."""

    reason_code: Code


def decide(
    staff: Staff | None, command: GiveStartPassword, facts: Facts
) -> tuple[LedgerEvent, ...]:
    """Record who gave it to whom and why, never one's own."""
    staff = existing(staff, command, facts)
    given = StaffStartPasswordGiven(staff_id=staff.staff_id, reason_code=command.reason_code)
    return (given,)
