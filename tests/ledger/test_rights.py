"""roles.md, cell by cell, for every rpc that changes something."""

from collections.abc import Callable
from typing import Final

import grpc
import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id, open_loan_request, refusal_of

Act = Callable[[Caller, str], object]


def _create(caller: Caller, _account: str) -> object:
    return caller.create_staff(new_id("p"), ["support"])


def _disable(caller: Caller, _account: str) -> object:
    request = pb.DisableStaffRequest(staff_id="nobody-at-all")
    return caller.staff.Disable(request, metadata=caller.metadata())


def _set_roles(caller: Caller, _account: str) -> object:
    request = pb.SetRolesRequest(staff_id="nobody-at-all", roles=["support"])
    return caller.staff.SetRoles(request, metadata=caller.metadata())


def _set_limits(caller: Caller, _account: str) -> object:
    request = pb.SetLimitsRequest(staff_id="nobody-at-all", limits={"waiver": "1.00"})
    return caller.staff.SetLimits(request, metadata=caller.metadata())


ACTIONS: Final[dict[str, tuple[Act, str]]] = {
    "open a loan": (lambda c, _a: c.open_loan(), "system"),
    "disburse a pending loan": (lambda c, a: c.disburse(a), "support supervisor system"),
    "record repayment": (lambda c, a: c.repay(a, "1.00"), "support supervisor system"),
    "late fee": (lambda c, a: c.late_fee(a, "1.00"), "support supervisor system"),
    "waive within limit": (lambda c, a: c.waive(a, "1.00"), "support supervisor system"),
    "create staff": (_create, "admin system"),
    "disable staff": (_disable, "admin"),
    "set roles": (_set_roles, "admin"),
    "set limits": (_set_limits, "admin"),
}
"""Action to how it is done and by whom it may be."""

ACTORS: Final = {
    "support": "staff-support",
    "supervisor": "staff-supervisor",
    "compliance": "staff-compliance",
    "analyst": "staff-analyst",
    "admin": "staff-admin",
    "system": "system",
    "service": "projector",
}


@pytest.mark.parametrize("role", ACTORS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_cell_of_the_table(ledger: LedgerProcess, action: str, role: str) -> None:
    """Who has the right is never told NO_RIGHT; who has not is told nothing else."""
    act, allowed = ACTIONS[action]
    account = ledger.system.open_loan() if "pending" in action else ledger.system.active_loan()
    reason = ""
    try:
        act(ledger.caller(ACTORS[role]), account)
    except grpc.RpcError as error:
        reason = refusal_of(error).reason
        assert reason in ("NO_RIGHT", "NO_SUCH_STAFF")
    assert (reason != "NO_RIGHT") == (role in allowed.split())


@pytest.mark.parametrize(
    ("actor", "limit"), [("staff-support", 50), ("staff-supervisor", 500), ("system", 50)]
)
def test_a_waiver_up_to_the_limit_passes_and_a_cent_more_asks_for_approval(
    ledger: LedgerProcess, actor: str, limit: int
) -> None:
    """Support may waive $50, a supervisor $500, the command line no more than support."""
    account = ledger.system.active_loan(open_loan_request(loan_amount="2000.00", loan_fee="400.00"))
    ledger.system.late_fee(account, "400.00")
    caller = ledger.caller(actor)
    with pytest.raises(grpc.RpcError) as refused:
        caller.waive(account, f"{limit}.01")
    assert refusal_of(refused.value).reason == "APPROVAL_REQUIRED"
    caller.waive(account, f"{limit}.00")


def test_a_limit_of_ones_own_wins_over_the_role(ledger: LedgerProcess) -> None:
    """Rights and limits are those of this moment, also when they were changed just now."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    admin.create_staff(staff_id, ["support"])
    account = ledger.system.active_loan()
    person = ledger.caller(staff_id)
    person.waive(account, "50.00")
    request = pb.SetLimitsRequest(staff_id=staff_id, limits={"waiver": "10.00"})
    answer = admin.staff.SetLimits(request, metadata=admin.metadata())
    assert answer.limits["waiver"] == "10.00"
    another = ledger.system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        person.waive(another, "10.01")
    assert refusal_of(refused.value).limit == "10.00"
    person.waive(another, "10.00")


def test_disabled_staff_may_not_even_read(ledger: LedgerProcess) -> None:
    """A token that is still young is of no use to who was disabled."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    admin.create_staff(staff_id, ["supervisor"])
    account = ledger.system.active_loan()
    person = ledger.caller(staff_id)
    person.balance(account)
    request = pb.DisableStaffRequest(staff_id=staff_id, reason="has left")
    assert not admin.staff.Disable(request, metadata=admin.metadata()).enabled
    with pytest.raises(grpc.RpcError) as refused:
        person.balance(account)
    assert refusal_of(refused.value).reason == "STAFF_DISABLED"


@pytest.mark.parametrize("staff_id", ["system", "projector", "Staff", "\u0455taff", "a b", ""])
def test_a_staff_id_cannot_be_taken_for_another(ledger: LedgerProcess, staff_id: str) -> None:
    """Ids are plain lower case, and the names of the machines are not to be had."""
    with pytest.raises(grpc.RpcError) as refused:
        ledger.system.create_staff(staff_id, ["support"], username="someone-new")
    assert refusal_of(refused.value).field == "staff_id"
