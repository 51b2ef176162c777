"""StaffService.Enable: somebody who was disabled may work again."""

from ledger.commands.command import Facts
from ledger.commands.staff_steps import StaffCommand, known
from ledger.domain.staff import Staff
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, StaffEnabled
from proto.values import Code


class EnableStaff(StaffCommand, frozen=True, kw_only=True):
    """Let a person work again."""

    reason: str = ""
    reason_code: Code = Code("")


def decide(staff: Staff | None, command: EnableStaff, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Let a person work again, in the roles and limits they had; never one's own."""
    staff = known(staff, command, facts)
    if staff.enabled:
        raise Refused(Refusal.NOT_DISABLED, f"{command.staff_id} is not disabled.")
    return (
        StaffEnabled(
            staff_id=staff.staff_id, reason=command.reason, reason_code=command.reason_code
        ),
    )
