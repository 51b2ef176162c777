"""StaffService.Create: somebody may sign in, in given roles."""

from typing import ClassVar

from ledger.commands.command import Command, Facts, Name
from ledger.commands.staff_steps import check_not_own
from ledger.domain.rights import SYSTEM, Right
from ledger.domain.staff import SUBJECT_PREFIX, Staff, evolve
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, StaffCreated
from proto.values import Code, Key, Money


class CreateStaff(Command, frozen=True, kw_only=True):
    """Create a staff member."""

    right: ClassVar = Right.CREATE_STAFF
    staff_id: Key
    username: Key
    display_name: str
    roles: tuple[Code, ...]
    limits: dict[str, Money]
    email: str = ""
    person_id: Key = Key("")
    acts_for: tuple[Key, ...] = ()
    reason_code: Code = Code("")

    @property
    def subject_id(self) -> Key:
        """The staff member's own history."""
        return Key(f"{SUBJECT_PREFIX}{self.staff_id}")

    @property
    def names(self) -> tuple[Name, ...]:
        """A username signs in one person."""
        return (Name("username", self.username, "username"),)


def decide(staff: Staff | None, command: CreateStaff, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Create the person, once; nobody makes another sign-in for themselves.

    The command line makes the first ones, until an administrator is there who may work.
    """
    _check_first(facts)
    if staff is not None:
        check_not_own(staff, facts)
        raise Refused(
            Refusal.STAFF_EXISTS,
            f"The staff id {command.staff_id} is taken.",
            field="staff_id",
        )
    created = StaffCreated(
        staff_id=command.staff_id,
        username=command.username,
        display_name=command.display_name,
        roles=command.roles,
        limits=command.limits,
        email=command.email,
        person_id=command.person_id,
        acts_for=command.acts_for,
        reason_code=command.reason_code,
    )
    for each in command.acts_for:
        if facts.look.state(f"{SUBJECT_PREFIX}{each}") is None:
            raise Refused(
                Refusal.NO_SUCH_STAFF,
                f"acts_for: there is no staff id {each}. Create them first.",
                field="acts_for",
            )
    check_not_own(evolve(None, created, 1, facts.at), facts)
    return (created,)


def _check_first(facts: Facts) -> None:
    if SYSTEM not in facts.permissions.roles:
        return
    if any(each.enabled and "admin" in each.roles for each in facts.look.staff()):
        raise Refused(
            Refusal.NO_RIGHT,
            "There is an administrator already, so the command line creates nobody. "
            "Ask an administrator to do it on the page Staff.",
        )
