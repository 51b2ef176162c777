"""Steps that the commands on existing staff share."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.commands.steps import check_version
from ledger.domain.rights import Right
from ledger.domain.staff import SUBJECT_PREFIX, Staff
from ledger.errors import Refusal, Refused
from proto.values import Key


class StaffCommand(Command, frozen=True, kw_only=True):
    """A command on a staff member who is there."""

    right: ClassVar = Right.CHANGE_STAFF
    staff_id: Key

    @property
    def subject_id(self) -> Key:
        """The staff member's own history."""
        return Key(f"{SUBJECT_PREFIX}{self.staff_id}")


def existing(staff: Staff | None, command: StaffCommand, facts: Facts) -> Staff:
    """Give the person. Refused: one's own, nobody there, stale, disabled already."""
    if command.staff_id == facts.actor_id:
        raise Refused(
            Refusal.OWN_RIGHTS,
            "Nobody changes their own roles or limits. Ask another administrator.",
            field="staff_id",
        )
    if staff is None:
        raise Refused(
            Refusal.NO_SUCH_STAFF, f"There is no staff id {command.staff_id}.", field="staff_id"
        )
    check_version(staff.version, command.expected_version)
    if not staff.enabled:
        raise Refused(Refusal.ALREADY_DISABLED, f"{command.staff_id} is disabled.")
    return staff
