"""Nobody decides their own request, under whatever name they sign in."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, new_id, new_key
from tests.ledger.approvers import Approver, approver, ask, enrol, person, refused, write_off


def _asked(ledger: LedgerProcess, caller: Caller) -> str:
    return ask(caller, write_off(ledger.system.active_loan())).request_id


def test_nobody_decides_their_own_request(ledger: LedgerProcess) -> None:
    """Not approve, not reject, not return: whatever their role and limit."""
    own = approver(ledger, {"write_off": "100000.00"})
    request_id = _asked(ledger, own.caller)
    for act in (own.approve, own.reject, own.return_):
        assert refused(act, request_id).reason == "OWN_REQUEST"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "kim.lee@example.com"}, {"email": "KIM.LEE@example.com"}),
        ({"email": "kim.lee@example.com"}, {"email": " kim.lee@example.com"}),
        ({"email": "kim.lee@example.com"}, {"email": "kim.lee+two@example.com"}),
        ({"email": "kim.lee@example.com"}, {"email": "k\u0456m.l\u0435\u0435@example.com"}),
        ({"email": "kim.lee@example.com"}, {"email": "kim\u200b.lee@example.com"}),
        ({"email": "kim.lee@example.com"}, {"email": "\uff4bim.lee@example.com"}),
        ({"person_id": "E-1001"}, {"person_id": "e-1001"}),
        ({"person_id": "E-1001"}, {"person_id": "E-l001"}),
        ({"person_id": "modern"}, {"person_id": "modem"}),
    ],
)
def test_another_sign_in_of_the_same_person_is_no_other_person(
    ledger: LedgerProcess, first: dict[str, str], second: dict[str, str]
) -> None:
    """Case, space, width, zero width and look-alikes make nobody somebody else."""
    mark = new_id("x")[2:]
    one: dict[str, Any] = {name: f"{value}.{mark}" for name, value in first.items()}
    other: dict[str, Any] = {name: f"{value}.{mark}" for name, value in second.items()}
    asking = person(ledger, "support", **one)
    deciding = approver(ledger, **other)
    request_id = _asked(ledger, asking)
    for act in (deciding.approve, deciding.reject, deciding.return_):
        assert refused(act, request_id).reason == "OWN_REQUEST"


def test_a_second_account_with_the_same_staff_id_is_the_same_person(
    ledger: LedgerProcess,
) -> None:
    """The second sign-in names the first as the person behind it."""
    asking = person(ledger, "support")
    deciding = approver(ledger, person_id=asking.actor_id.upper())
    assert refused(deciding.approve, _asked(ledger, asking)).reason == "OWN_REQUEST"


def test_a_third_sign_in_links_two_even_when_disabled(ledger: LedgerProcess) -> None:
    """Two sign-ins that share nothing are one person if a third shares with both."""
    mail, number = f"{new_id('m')}@example.com", new_id("e")
    asking = person(ledger, "support", email=mail)
    deciding = approver(ledger, person_id=number)
    link = person(ledger, "support", email=mail.upper(), person_id=number)
    ledger.caller("staff-admin").disable_staff(link.actor_id)
    assert refused(deciding.approve, _asked(ledger, asking)).reason == "OWN_REQUEST"


@pytest.mark.parametrize("forth", [True, False])
def test_who_acts_for_somebody_does_not_decide_theirs(
    ledger: LedgerProcess, *, forth: bool
) -> None:
    """Neither the assistant the other's request, nor the other the assistant's."""
    if forth:
        asking = person(ledger, "support")
        deciding = approver(ledger, acts_for=[asking.actor_id])
    else:
        deciding = approver(ledger)
        asking = person(ledger, "support", acts_for=[deciding.caller.actor_id])
    assert refused(deciding.approve, _asked(ledger, asking)).reason == "OWN_REQUEST"


def test_nobody_acts_for_somebody_who_is_not_there(ledger: LedgerProcess) -> None:
    """A slip in the name would let the assistant decide what the other asks for."""
    told = refused(person, ledger, "supervisor", acts_for=["staff-suport"])
    assert (told.reason, told.field) == ("NO_SUCH_STAFF", "acts_for")


def test_a_colleague_of_a_similar_name_may_decide(ledger: LedgerProcess) -> None:
    """What differs to the eye is another person."""
    asking = person(ledger, "support", email=f"{new_id('anna')}@example.com")
    deciding = approver(ledger, email=f"{new_id('hanna')}@example.com")
    assert deciding.approve(_asked(ledger, asking)).status == "approved"


def _revoke(admin: Caller, staff_id: str, key_id: str) -> pb.StaffResponse:
    message = pb.RevokeKeyRequest(staff_id=staff_id, key_id=key_id, idempotency_key=new_key())
    return admin.staff.RevokeKey(message, metadata=admin.metadata())


def test_a_revoked_key_decides_nothing_and_its_owner_enrols_anew(
    ledger: LedgerProcess, support: Caller
) -> None:
    """An admin revokes; there is at most one active key; an old key never comes back."""
    admin, deciding = ledger.caller("staff-admin"), approver(ledger)
    request_id = _asked(ledger, support)
    lost = deciding.message(request_id)
    another = Ed25519PrivateKey.generate()
    assert refused(enrol, deciding.caller, another).reason == "KEY_ENROLLED"
    assert list(_revoke(admin, deciding.caller.actor_id, deciding.key_id).key_ids) == []
    told = refused(deciding.send, lost)
    assert told.reason == "NO_SUCH_KEY"
    assert "revoked" in told.sentence
    assert refused(enrol, deciding.caller, deciding.key).reason == "KEY_ENROLLED"
    assert refused(_revoke, admin, deciding.caller.actor_id, deciding.key_id).reason == (
        "NO_SUCH_KEY"
    )
    assert Approver(deciding.caller).approve(request_id).status == "approved"


def test_a_key_is_enrolled_by_who_holds_it(ledger: LedgerProcess, supervisor: Caller) -> None:
    """The proof is a signature over one's own staff id; another's key is not to be had."""
    mine, others = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    person_ = person(ledger, "supervisor")
    statement = f"billie-enrol/1:{person_.actor_id}".encode()
    proofs: list[Any] = [
        b"",
        others.sign(statement),
        mine.sign(f"billie-enrol/1:{supervisor.actor_id}".encode()),
    ]
    for proof in proofs:
        assert refused(enrol, person_, mine, proof).reason == "BAD_SIGNATURE"
    enrol(person_, mine)
    assert refused(enrol, person(ledger, "supervisor"), mine).reason == "KEY_ENROLLED"
    assert refused(enrol, person(ledger, "support"), others).reason == "NO_RIGHT"


def test_another_approvers_key_signs_nothing_for_me(ledger: LedgerProcess, support: Caller) -> None:
    """The key must be the approver's own."""
    one, other = approver(ledger), approver(ledger)
    request_id = _asked(ledger, support)
    told = refused(one.approve, request_id, signed_by=other.key, key_id=other.key_id)
    assert told.reason == "NO_SUCH_KEY"
    assert refused(one.approve, request_id, signed_by=other.key).reason == "BAD_SIGNATURE"
