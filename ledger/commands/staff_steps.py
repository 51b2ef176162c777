"""Steps that the commands on existing staff share."""

from typing import ClassVar

from ledger.commands.command import Command, Facts
from ledger.commands.steps import check_version
from ledger.domain.identity import sign_ins_of
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


def check_not_own(staff: Staff, facts: Facts) -> None:
    """Refuse one's own rights: also those of another sign-in of the same person."""
    if facts.actor_id in sign_ins_of(staff, facts.look.staff()):
        raise Refused(
            Refusal.OWN_RIGHTS,
            "Nobody sets their own roles, limits, keys or password, under whatever sign-in. Ask "
            "another administrator.",
            field="staff_id",
        )


def existing(staff: Staff | None, command: StaffCommand, facts: Facts) -> Staff:
    """Give the person, who may work. Refused as `known`, and where they are disabled."""
    staff = known(staff, command, facts)
    if not staff.enabled:
        raise Refused(Refusal.ALREADY_DISABLED, f"{command.staff_id} is disabled.")
    return staff


def known(staff: Staff | None, command: StaffCommand, facts: Facts) -> Staff:
    """Give the person. Refused: one's own, nobody there, stale."""
    if staff is None:
        raise Refused(
            Refusal.NO_SUCH_STAFF, f"There is no staff id {command.staff_id}.", field="staff_id"
        )
    check_not_own(staff, facts)
    check_version(staff.version, command.expected_version)
    return staff
