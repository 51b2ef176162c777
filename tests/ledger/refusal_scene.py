"""What a row of the table of refusals is, and the people and accounts that it needs."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ledger.errors import Refusal
from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id
from tests.ledger.approvers import Approver, approver, ask, person, write_off
from tests.ledger.clocked import ClockedLedger

ORDER: Final = {reason: place for place, reason in enumerate(Refusal)}
"""Reason to its place: of two that hold at once the one with the lower place is told."""

Act = Callable[[], object]
"""The one call that is refused."""


class Scene(ExitStack):
    """The ledger, its people, and loans made when they are asked for."""

    def __init__(self, ledger: LedgerProcess, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._at(ledger)

    def _at(self, ledger: LedgerProcess) -> None:
        self.ledger, self.system = ledger, ledger.system
        self.support = ledger.caller("staff-support")
        self.supervisor = ledger.caller("staff-supervisor")
        self.compliance = ledger.caller("staff-compliance")
        self.analyst = ledger.caller("staff-analyst")
        self.admin = ledger.caller("staff-admin")

    def elsewhere(self) -> ClockedLedger:
        """Go over to a ledger of the row's own, whose clock it may move."""
        ledger = self.enter_context(ClockedLedger(self._folder))
        self._at(ledger)
        return ledger

    def position(self) -> int:
        """Tell how many entries there are."""
        answer = self.system.operations.Health(pb.HealthRequest(), metadata=self.system.metadata())
        return int(answer.journal_position)

    def new_staff(self) -> Caller:
        """Somebody in support, the test's own."""
        staff_id = new_id("p")
        self.admin.create_staff(staff_id, ["support"])
        return self.ledger.caller(staff_id)

    def new_approver(self) -> Approver:
        """A supervisor with a key who may approve what the rows ask for."""
        return approver(self.ledger, {"write_off": "100000.00"})

    def active(self) -> str:
        """A loan of $500 and a fee of $100, paid out."""
        return self.system.active_loan()

    def closed(self) -> str:
        """A loan that is paid off."""
        account = self.active()
        self.system.repay(account, "600.00")
        return account

    def written_off(self) -> str:
        """A loan that was written off."""
        account = self.active()
        self.new_approver().approve(ask(self.support, write_off(account)).request_id)
        return account

    def asked(self, asking: Caller | None = None) -> str:
        """Somebody's request for a write-off."""
        return ask(asking or self.support, write_off(self.active())).request_id

    def set_roles(self, staff_id: str, expected_version: int = 0) -> Act:
        """Let the administrator set somebody's roles."""
        request = pb.SetRolesRequest(
            reason_code="other",
            staff_id=staff_id,
            roles=["admin"],
            expected_version=expected_version,
        )
        return partial(self.admin.staff.SetRoles, request, metadata=self.admin.metadata())

    def disable(self, staff_id: str, expected_version: int = 0) -> Act:
        """Let the administrator disable somebody."""
        request = pb.DisableStaffRequest(staff_id=staff_id, expected_version=expected_version)
        return partial(self.admin.staff.Disable, request, metadata=self.admin.metadata())

    def support_and_compliance(self) -> Caller:
        """Somebody who works with loans and reviews what was done."""
        staff_id = new_id("p")
        self.admin.create_staff(staff_id, ["support", "compliance"])
        return self.ledger.caller(staff_id)

    def other_support(self) -> Caller:
        """A second support agent."""
        return person(self.ledger, "support")


@dataclass(frozen=True)
class Row:
    """A reason, the field it names, and what provokes it.

    `also` is a second reason that holds as well and is not told, since it comes later.
    """

    reason: Refusal
    field: str
    prepare: Callable[[Scene], Act]
    also: Refusal | None = None
    of: str = ""
    """The command, where one pair of reasons is tried with several."""

    def __str__(self) -> str:
        """Name the row."""
        besides = f" before {self.also.name}" if self.also else ""
        return f"{self.reason.name} {self.of or self.field}{besides}"

    @property
    def place(self) -> tuple[int, int]:
        """Give its place in the table: a reason alone, then before the later ones."""
        return ORDER[self.reason], -1 if self.also is None else ORDER[self.also]
