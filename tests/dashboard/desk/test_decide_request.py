"""From the desk's command to a receipt that a stranger finds VALID, on the real ledger."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from pymongo.database import Database

from dashboard.commands.decide_request import (
    CancelRequest,
    DecideRequest,
    ResubmitRequest,
    ReturnRequest,
    look,
    receipt,
)
from dashboard.commands.enrol_key import EnrolKey
from dashboard.ledger_client import Caller, LedgerClient, LedgerRefused
from dashboard.signing_keys import CannotSign, SigningKeys
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_id, new_key, token_for
from tests.dashboard.desk.strangers import verified

PASSPHRASE = "copper lantern quiet meadow"
COMMENT = "The hardship papers are complete."


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerProcess]:
    """A real ledger with staff of every role."""
    with LedgerProcess(tmp_path_factory.mktemp("ledger")) as process:
        yield process.with_staff()


@pytest.fixture
def real_client(ledger: LedgerProcess) -> Iterator[LedgerClient]:
    """The desk's client of it."""
    client = LedgerClient(ledger.address, lambda staff_id, _: token_for(ledger.keys_dir, staff_id))
    yield client
    client.close()


@pytest.fixture
def keys(database: Database[dict[str, Any]]) -> SigningKeys:
    """The desk's store of sealed keys."""
    return SigningKeys(database)


def new_supervisor(ledger: LedgerProcess) -> Caller:
    """Somebody who may decide, without a key yet."""
    staff_id = new_id("sup")
    ledger.caller("staff-admin").create_staff(staff_id, ["supervisor"], display_name="Kim Lee")
    return Caller(staff_id, "session")


@pytest.fixture
def approver(ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys) -> Caller:
    """A supervisor whose key the ledger knows."""
    who = new_supervisor(ledger)
    EnrolKey.begun(keys, who.staff_id, PASSPHRASE).send(real_client, who, keys)
    return who


def asked(ledger: LedgerProcess, amount: str = "60.00") -> tuple[str, str]:
    """Ask for a waiver above the own limit; give the account and the request's id."""
    support = ledger.caller("staff-support")
    account = ledger.system.active_loan()
    command = pb.PreviewRequest(
        waive_fee=ledger_pb.WaiveFeeRequest(
            loan_account_id=account,
            waiver_amount=amount,
            reason="lost her job",
            reason_code="hardship",
            approved_by=support.actor_id,
        )
    )
    answer = support.approvals.Request(
        pb.RequestApprovalRequest(
            command=command, reason="above my limit", priority="normal", idempotency_key=new_key()
        ),
        metadata=support.metadata(),
    )
    return account, answer.request_id


def signed(
    client: LedgerClient,
    keys: SigningKeys,
    who: Caller,
    request_id: str,
    outcome: Literal["approve", "reject"] = "approve",
) -> DecideRequest:
    """Look at a request and sign its decision."""
    shown = look(client, who, request_id)
    return DecideRequest.signed(shown, outcome, COMMENT, who.staff_id, PASSPHRASE, keys)


def test_an_approval_from_the_desk_ends_as_a_valid_receipt(
    ledger: LedgerProcess,
    real_client: LedgerClient,
    keys: SigningKeys,
    approver: Caller,
    tmp_path: Path,
) -> None:
    """Asked for by one, signed by another, carried out; and the comment stays out of it."""
    account, request_id = asked(ledger)
    decision = signed(real_client, keys, approver, request_id)
    done = decision.send(real_client, approver, new_key())
    assert (done.status, done.was_done_before) == ("approved", False)
    assert ledger.system.balance(account).fee_balance == "40.00"
    written = receipt(real_client, approver, request_id)
    assert verified(ledger, written, tmp_path) == "VALID"
    assert COMMENT not in written
    assert "lost her job" not in written


def test_a_rejection_has_a_valid_receipt_too(
    ledger: LedgerProcess,
    real_client: LedgerClient,
    keys: SigningKeys,
    approver: Caller,
    tmp_path: Path,
) -> None:
    """Signed in the same way; nothing was done."""
    account, request_id = asked(ledger)
    decision = signed(real_client, keys, approver, request_id, "reject")
    assert decision.send(real_client, approver, new_key()).status == "rejected"
    assert ledger.system.balance(account).fee_balance == "100.00"
    assert verified(ledger, receipt(real_client, approver, request_id), tmp_path) == "VALID"


def test_a_receipt_stays_valid_after_the_key_was_revoked(
    ledger: LedgerProcess,
    real_client: LedgerClient,
    keys: SigningKeys,
    approver: Caller,
    tmp_path: Path,
) -> None:
    """Forgotten: an administrator revokes, the owner enrols anew and decides with that."""
    _, request_id = asked(ledger)
    decision = signed(real_client, keys, approver, request_id)
    decision.send(real_client, approver, new_key())
    admin = ledger.caller("staff-admin")
    admin.staff.RevokeKey(
        pb.RevokeKeyRequest(
            staff_id=approver.staff_id,
            key_id=decision.key_id,
            reason="passphrase forgotten",
            idempotency_key=new_key(),
        ),
        metadata=admin.metadata(),
    )
    assert verified(ledger, receipt(real_client, approver, request_id), tmp_path) == "VALID"
    _, other = asked(ledger)
    with pytest.raises(LedgerRefused) as refused:
        signed(real_client, keys, approver, other).send(real_client, approver, new_key())
    assert refused.value.reason == "NO_SUCH_KEY"
    EnrolKey.begun(keys, approver.staff_id, PASSPHRASE).send(real_client, approver, keys)
    signed(real_client, keys, approver, other).send(real_client, approver, new_key())
    assert verified(ledger, receipt(real_client, approver, other), tmp_path) == "VALID"


def test_the_same_decision_sent_twice_is_done_once(
    ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys, approver: Caller
) -> None:
    """A retry carries the same signature under the same key."""
    _, request_id = asked(ledger)
    decision, key = signed(real_client, keys, approver, request_id), new_key()
    first = decision.send(real_client, approver, key)
    again = decision.send(real_client, approver, key)
    assert again.was_done_before
    assert again.event_id == first.event_id


def test_an_enrolment_whose_answer_was_lost_is_finished_later(
    ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys
) -> None:
    """The ledger has the key, the desk does not know it yet: sent once more, it signs."""
    who = new_supervisor(ledger)
    begun = EnrolKey.begun(keys, who.staff_id, PASSPHRASE)
    real_client.command(EnrolKey.rpc, begun.request(), who)
    _, request_id = asked(ledger)
    with pytest.raises(CannotSign):
        signed(real_client, keys, who, request_id)
    unfinished = EnrolKey.unfinished(keys, who.staff_id)
    assert unfinished == begun
    unfinished.send(real_client, who, keys)
    assert signed(real_client, keys, who, request_id).send(real_client, who, new_key()).status == (
        "approved"
    )


def test_a_second_key_is_refused_and_forgotten(
    real_client: LedgerClient, keys: SigningKeys, approver: Caller
) -> None:
    """The first one goes on signing; nothing is left to be finished."""
    first = keys.current(approver.staff_id)
    with pytest.raises(LedgerRefused) as refused:
        EnrolKey.begun(keys, approver.staff_id, PASSPHRASE).send(real_client, approver, keys)
    assert refused.value.reason == "KEY_ENROLLED"
    assert EnrolKey.unfinished(keys, approver.staff_id) is None
    assert keys.current(approver.staff_id) == first


def test_a_wrong_passphrase_signs_nothing(
    ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys, approver: Caller
) -> None:
    """And nothing is sent."""
    _, request_id = asked(ledger)
    shown = look(real_client, approver, request_id)
    with pytest.raises(CannotSign):
        DecideRequest.signed(shown, "approve", COMMENT, approver.staff_id, "wrong", keys)
    assert look(real_client, approver, request_id).status == "pending"


def test_a_request_is_returned_resubmitted_and_cancelled_from_the_desk(
    ledger: LedgerProcess, real_client: LedgerClient, approver: Caller
) -> None:
    """Without a signature; there is no receipt of what nobody decided."""
    _, request_id = asked(ledger)
    requester = Caller("staff-support", "session")
    shown = look(real_client, approver, request_id)
    returned = ReturnRequest(
        request_id=request_id,
        seen_version=shown.request_version,
        reason="Which papers do you have?",
    ).send(real_client, approver, new_key())
    assert returned.status == "returned"
    resubmitted = ResubmitRequest(
        request_id=request_id,
        seen_version=returned.request_version,
        comment="The notice of her employer.",
        account_version=shown.account_version,
    ).send(real_client, requester, new_key())
    assert resubmitted.status == "pending"
    cancelled = CancelRequest(request_id=request_id, seen_version=resubmitted.request_version).send(
        real_client, requester, new_key()
    )
    assert cancelled.status == "cancelled"
    with pytest.raises(LedgerRefused) as refused:
        receipt(real_client, requester, request_id)
    assert refused.value.reason == "REQUEST_NOT_DECIDED"


def test_a_receipt_is_for_who_asked_may_decide_or_looks_after(
    ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys, approver: Caller
) -> None:
    """Nobody else sees it, also not that there is none."""
    _, request_id = asked(ledger)
    signed(real_client, keys, approver, request_id).send(real_client, approver, new_key())
    for staff_id in ("staff-support", "staff-supervisor", "staff-compliance", "staff-admin"):
        assert json.loads(receipt(real_client, Caller(staff_id, "session"), request_id))
    for unknown in (request_id, "REQ-0000"):
        with pytest.raises(LedgerRefused) as refused:
            receipt(real_client, Caller("staff-analyst", "session"), unknown)
        assert refused.value.reason == "NO_RIGHT"
    with pytest.raises(LedgerRefused) as refused:
        receipt(real_client, approver, "REQ-0000")
    assert refused.value.reason == "NO_SUCH_REQUEST"


def test_a_receipt_tells_the_key_that_signed(
    ledger: LedgerProcess, real_client: LedgerClient, keys: SigningKeys, approver: Caller
) -> None:
    """From the approver's own history, enrolled by themselves."""
    _, request_id = asked(ledger)
    decision = signed(real_client, keys, approver, request_id)
    decision.send(real_client, approver, new_key())
    history = json.loads(receipt(real_client, approver, request_id))["approver_history"]
    bodies = [json.loads(each["body"]) for each in history]
    enrolled = [each for each in bodies if each.get("key_id") == decision.key_id]
    assert len(enrolled) == 1
    assert len(base64.b64decode(enrolled[0]["public_key"])) == 32
