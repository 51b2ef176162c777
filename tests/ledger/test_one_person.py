"""A person with two sign-ins is one person: for their own rights, and for their limits."""

from typing import Any

import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id, new_key, open_loan_request
from tests.ledger.approvers import Approver, approver, ask, person, refused, write_off


def _create(admin: Caller, **fields: Any) -> pb.StaffResponse:  # noqa: ANN401 - as below
    staff_id = new_id("p")
    request = pb.CreateStaffRequest(
        staff_id=staff_id,
        username=staff_id,
        display_name="A Person",
        roles=["supervisor"],
        limits={"write_off": "1000000.00"},
        **fields,
    )
    return admin.staff.Create(request, metadata=admin.metadata())


@pytest.mark.parametrize("mark", ["email", "person_id"])
def test_nobody_makes_a_second_sign_in_for_themselves(ledger: LedgerProcess, mark: str) -> None:
    """Rights are never the own, under whatever name; another administrator may do it."""
    value = f"{new_id('ann')}@example.com"
    own: dict[str, Any] = {mark: value}
    admin = person(ledger, "admin", **own)
    told = refused(_create, admin, **{mark: value.upper()})
    assert told.reason == "OWN_RIGHTS"
    assert _create(ledger.caller("staff-admin"), **{mark: value}).staff_id


def test_nobody_changes_the_rights_of_their_second_sign_in(ledger: LedgerProcess) -> None:
    """Not its limits, not its roles, and its key stands until somebody else revokes it."""
    mail = f"{new_id('ann')}@example.com"
    admin = person(ledger, "admin", email=mail)
    second = approver(ledger, email=mail)
    staff_id, metadata = second.caller.actor_id, admin.metadata()
    limits = pb.SetLimitsRequest(
        reason_code="other", staff_id=staff_id, limits={"write_off": "1000000.00"}
    )
    roles = pb.SetRolesRequest(reason_code="other", staff_id=staff_id, roles=["admin"])
    revoked = pb.RevokeKeyRequest(staff_id=staff_id, key_id=second.key_id)
    given = pb.GiveStartPasswordRequest(staff_id=staff_id, reason_code="other")
    for act, message in (
        (admin.staff.SetLimits, limits),
        (admin.staff.SetRoles, roles),
        (admin.staff.RevokeKey, revoked),
        (admin.staff.GiveStartPassword, given),
    ):
        assert refused(act, message, metadata=metadata).reason == "OWN_RIGHTS"
    other = ledger.caller("staff-admin")
    other.staff.SetLimits(limits, metadata=other.metadata())


def _loan(ledger: LedgerProcess, customer: str, amount: str) -> str:
    request = open_loan_request(
        customer_id=customer, loan_amount=amount, loan_fee="100.00", instalments=20
    )
    return ledger.system.active_loan(request)


def test_requests_from_two_sign_ins_of_one_person_are_one_sum(ledger: LedgerProcess) -> None:
    """Structuring is seen through a second name."""
    customer, mail = new_id("CUS"), f"{new_id('sam')}@example.com"
    one, two = person(ledger, "support", email=mail), person(ledger, "support", email=mail)
    first = ask(one, write_off(_loan(ledger, customer, "5900.00")))
    second = ask(two, write_off(_loan(ledger, customer, "5900.00")))
    assert list(second.related_request_ids) == [first.request_id]
    assert second.structuring
    deciding = approver(ledger)
    for each in (first, second):
        assert refused(deciding.approve, each.request_id).reason == "LIMIT_TOO_LOW"


def test_parts_done_under_two_sign_ins_use_up_one_limit(ledger: LedgerProcess) -> None:
    """What one may do alone for a customer in a day is one person's, not a name's."""
    customer, mail = new_id("CUS"), f"{new_id('sam')}@example.com"
    one, two = person(ledger, "support", email=mail), person(ledger, "support", email=mail)
    account = _loan(ledger, customer, "500.00")
    ledger.system.late_fee(account, "200.00")
    one.waive(account, "40.00")
    assert refused(two.waive, account, "10.01").reason == "APPROVAL_REQUIRED"
    two.waive(account, "10.00")


def test_an_approver_who_was_disabled_or_is_no_supervisor_any_more_decides_nothing(
    ledger: LedgerProcess, support: Caller
) -> None:
    """Rights are those of the moment of the decision, though it was signed before."""
    admin = ledger.caller("staff-admin")
    gone, moved = approver(ledger), approver(ledger)
    request_id = ask(support, write_off(ledger.system.active_loan())).request_id
    signed = [each.message(request_id) for each in (gone, moved)]
    admin.disable_staff(gone.caller.actor_id)
    roles = pb.SetRolesRequest(
        reason_code="other",
        staff_id=moved.caller.actor_id,
        roles=["support"],
        idempotency_key=new_key(),
    )
    admin.staff.SetRoles(roles, metadata=admin.metadata())
    told = [refused(each.send, m).reason for each, m in zip((gone, moved), signed, strict=True)]
    assert told == ["STAFF_DISABLED", "NO_RIGHT"]


def test_who_asked_and_became_a_supervisor_still_does_not_decide_it(
    ledger: LedgerProcess,
) -> None:
    """A higher role since changes nothing about who asked."""
    admin, asking = ledger.caller("staff-admin"), person(ledger, "support")
    request_id = ask(asking, write_off(ledger.system.active_loan())).request_id
    roles = pb.SetRolesRequest(reason_code="other", staff_id=asking.actor_id, roles=["supervisor"])
    admin.staff.SetRoles(roles, metadata=admin.metadata())
    promoted = Approver(asking)
    for act in (promoted.approve, promoted.reject, promoted.return_):
        assert refused(act, request_id).reason == "OWN_REQUEST"
