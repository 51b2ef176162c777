"""roles.md, cell by cell, for every rpc that there is."""

from datetime import UTC, datetime

import grpc
import pytest

from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_id, new_key, open_loan_request, refusal_of
from tests.ledger.rights_calls import ASKED, SERVICES, cell_of, reason_of
from tests.ledger.rights_table import ACTORS, Row, rows


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.rpc)
def test_every_cell_of_a_row(ledger: LedgerProcess, row: Row) -> None:
    """Who may is not told NO_RIGHT, who may ask is told so, nobody else gets any further."""
    found = []
    for actor in ACTORS:
        new = next(each for each in rows() if each.rpc == row.rpc)
        found.append(reason_of(ledger.caller(actor), row.rpc, new.request))
    assert not any(reason.startswith("StatusCode") for reason in found)
    assert "".join(map(cell_of, found)) == row.cells


@pytest.mark.parametrize(
    "row", [row for row in rows() if row.rpc.partition("/")[2] in ASKED], ids=lambda row: row.rpc
)
def test_every_cell_of_asking(ledger: LedgerProcess, row: Row) -> None:
    """Who may ask may: the R of the table, and above the limit also who may alone."""
    rpc = row.rpc.partition("/")[2]
    asks_for = {"CorrectPayment": "----✓--", "IssueCorrection": "----✓--"}.get(rpc, "✓✓-----")
    command = pb.PreviewRequest()
    getattr(command, ASKED[rpc]).CopyFrom(row.request)
    found = []
    for actor in ACTORS:
        request = pb.RequestApprovalRequest(command=command, idempotency_key=new_key())
        found.append(cell_of(reason_of(ledger.caller(actor), "ApprovalService/Request", request)))
    assert "".join(found) == asks_for


def test_every_rpc_has_a_row() -> None:
    """An rpc that nobody thought of is open to nobody by mistake only until this fails."""
    every = {f"{name}/{method.name}" for name in SERVICES for method in SERVICES[name].methods}
    assert every == {row.rpc for row in rows()} | {"ApprovalService/Request"}


@pytest.mark.parametrize(("actor", "limit"), [("staff-support", 50), ("staff-supervisor", 500)])
def test_a_waiver_up_to_the_limit_passes_and_a_cent_more_asks_for_approval(
    ledger: LedgerProcess, actor: str, limit: int
) -> None:
    """Support may waive $50, a supervisor $500."""
    account = ledger.system.active_loan(open_loan_request(loan_amount="2000.00", loan_fee="400.00"))
    ledger.system.late_fee(account, "400.00")
    caller = ledger.caller(actor)
    with pytest.raises(grpc.RpcError) as refused:
        caller.waive(account, f"{limit}.01")
    assert refusal_of(refused.value).reason == "APPROVAL_REQUIRED"
    caller.waive(account, f"{limit}.00")


def test_the_demo_load_waives_within_a_days_limit(ledger: LedgerProcess) -> None:
    """The command line waives nothing, but for the past of the demo, and that as support does."""
    system, customer = ledger.system, new_id("CUS")
    one, two = (system.active_loan(open_loan_request(customer_id=customer)) for _ in range(2))
    at = datetime.now(UTC)
    system.waive(one, "40.00", at=at)
    for account, amount, reason in (
        (two, "50.01", "APPROVAL_REQUIRED"),
        (two, "10.01", "APPROVAL_REQUIRED"),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            system.waive(account, amount, at=at)
        assert refusal_of(refused.value).reason == reason
    system.waive(two, "10.00", at=at)


def test_a_limit_of_ones_own_wins_over_the_role(ledger: LedgerProcess) -> None:
    """Rights and limits are those of this moment, also when they were changed just now."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    admin.create_staff(staff_id, ["support"])
    account = ledger.system.active_loan()
    person = ledger.caller(staff_id)
    person.waive(account, "50.00")
    request = pb.SetLimitsRequest(
        reason_code="other", staff_id=staff_id, limits={"waiver": "10.00"}
    )
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


def test_enabled_again_staff_work_as_before(ledger: LedgerProcess) -> None:
    """Roles and limits were never taken, only suspended; and nobody lets themselves back in."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    admin.create_staff(staff_id, ["support", "admin"])
    person = ledger.caller(staff_id)
    admin.staff.Disable(pb.DisableStaffRequest(staff_id=staff_id), metadata=admin.metadata())
    request = pb.EnableStaffRequest(staff_id=staff_id, reason="is back")
    with pytest.raises(grpc.RpcError) as refused:
        person.staff.Enable(request, metadata=person.metadata())
    assert refusal_of(refused.value).reason == "STAFF_DISABLED"
    answer = admin.staff.Enable(request, metadata=admin.metadata())
    assert (answer.enabled, list(answer.roles)) == (True, ["support", "admin"])
    person.waive(ledger.system.active_loan(), "10.00")


@pytest.mark.parametrize("staff_id", ["system", "projector", "Staff", "\u0455taff", "a b", ""])
def test_a_staff_id_cannot_be_taken_for_another(ledger: LedgerProcess, staff_id: str) -> None:
    """Ids are plain lower case, and the names of the machines are not to be had."""
    with pytest.raises(grpc.RpcError) as refused:
        ledger.caller("staff-admin").create_staff(staff_id, ["support"], username="someone-new")
    assert refusal_of(refused.value).field == "staff_id"
