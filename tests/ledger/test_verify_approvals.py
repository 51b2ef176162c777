"""I6 by the journal alone: who approved might, was another, and got what was signed."""

import base64
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.journal import Entry
from ledger.journal.sqlite import SqliteJournal
from ledger.verification.command import RIGHT, WRONG, verify
from proto import codec
from proto import servicing_pb2 as pb
from proto.events import LedgerEvent, StaffDisabled, StaffKeyEnrolled, StaffKeyRevoked
from proto.values import Key
from tests.builders import Caller, LedgerProcess, new_id, open_loan_request
from tests.ledger.approvers import (
    adjustment,
    approver,
    ask,
    person,
    recovery,
    undo,
    write_off,
)
from tests.ledger.forging import rewritten, settings_of

Body = dict[str, Any]
Change = Callable[[Body], Body]

APPROVER, REQUESTER = "p-approver", "p-requester"


def _suspend_for_a_while(admin: Caller) -> None:
    """Disable the approver and enable them again: two events to be forged."""
    admin.disable_staff(APPROVER)
    enabling = pb.EnableStaffRequest(staff_id=APPROVER, reason="is back")
    admin.staff.Enable(enabling, metadata=admin.metadata())


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's folder with one write-off that was approved, and an adjustment beside it."""
    with LedgerProcess(tmp_path_factory.mktemp("decided")) as ledger:
        ledger.with_staff()
        customer = new_id("CUS")
        account, beside = (
            ledger.system.active_loan(open_loan_request(customer_id=customer)) for _ in range(2)
        )
        asker = person(ledger, "support", staff_id=REQUESTER)
        ask(asker, adjustment(beside, "-100.00"))
        decider = approver(ledger, staff_id=APPROVER)
        _suspend_for_a_while(person(ledger, "admin"))
        decider.approve(ask(asker, write_off(account)).request_id)
    return ledger.data_dir


@pytest.fixture
def folder(decided: Path, tmp_path: Path) -> Path:
    """A copy, to be forged."""
    return Path(shutil.copytree(decided, tmp_path / "copy"))


def _found(folder: Path) -> tuple[int, str]:
    return verify(settings_of(folder), 2, tell=lambda _line: None)


def test_a_decided_request_is_right(decided: Path) -> None:
    """The whole walk, with its signatures."""
    status, sentence = verify(settings_of(decided), 1, tell=lambda _line: None)
    assert status == RIGHT, sentence


def test_a_walk_may_begin_anywhere(decided: Path) -> None:
    """Also between an approval and what it brought about: that is walked with it."""
    with closing(SqliteJournal(settings_of(decided).journal_path)) as journal:
        last = journal.head().position
    for position in range(2, last + 1):
        status, sentence = verify(settings_of(decided), position, tell=lambda _line: None)
        assert status == RIGHT, sentence


def _changing(event_type: str, change: Change, staff_id: str = "") -> Callable[[Entry], Entry]:
    def changed(entry: Entry) -> Entry:
        if entry.event_type != event_type or (staff_id and not entry.subject_id.endswith(staff_id)):
            return entry
        body = codec.canonical(change(msgspec.json.decode(entry.body)))
        return msgspec.structs.replace(entry, body=body)

    return changed


def _with(**fields: object) -> Change:
    return lambda body: body | fields


def _signing(**fields: object) -> Change:
    """Let the policy that was signed tell something else."""

    def changed(body: Body) -> Body:
        statement = msgspec.json.decode(body["statement"])
        policy = msgspec.json.decode(statement["policy"]) | fields
        statement["policy"] = codec.canonical(policy).decode()
        return body | {"statement": codec.canonical(statement).decode()}

    return changed


LOWER = {
    "limit": "650.00",
    "limits": {"adjustment": "500.00", "write_off": "650.00"},
    "rule": "structuring",
    "senior_limit": "650.00",
    "structuring": True,
    "sum_limit": "650.00",
}
"""As somebody's policy would tell who may decide $650: the write-off alone, not both."""
NOT_SENIOR = {
    **LOWER,
    "limits": {"adjustment": "700.00", "write_off": "650.00"},
    "senior_threshold": "650.00",
    "sum_limit": "700.00",
}
"""And who may decide both, if $650 did not take a senior approver."""
LESS = {"amount": "1.00", "sum": "101.00", "sum_of_all": "101.00"}


@pytest.mark.parametrize(
    ("event_type", "change", "what"),
    [
        ("writeoff.approved.v1", _signing(**LOWER), "did not reach: With 1 other request"),
        ("writeoff.approved.v1", _signing(**NOT_SENIOR), "did not reach: Above $650.00"),
        ("writeoff.approved.v1", _signing(related_request_ids=[]), "leaves out"),
        ("writeoff.approved.v1", _signing(related_request_ids=["REQ-1"]), "names REQ-1"),
        ("writeoff.approved.v1", _signing(amount="1.00"), "not what the journal makes of it"),
        ("writeoff.approved.v1", _signing(limit="much"), "cannot be read"),
        ("approval.requested.v1", _with(amount="1.00"), "not what the journal makes of it"),
    ],
)
def test_a_policy_is_held_against_the_requests_of_that_time(
    folder: Path, event_type: str, change: Change, what: str
) -> None:
    """The amount, the sum with what the requester asked for besides, and who may decide it."""
    rewritten(folder, _changing(event_type, change))
    status, sentence = _found(folder)
    assert status == WRONG
    assert what in sentence


def test_what_moves_is_the_amount_of_the_request(folder: Path) -> None:
    """A request and a well signed policy of $1.00 make a write-off of $600 no small one."""
    forger = Ed25519PrivateKey.generate()
    public = base64.b64encode(forger.public_key().public_bytes_raw()).decode()

    def signed(body: Body) -> Body:
        forged = _signing(**LESS)(body)
        signature = forger.sign(forged["statement"].encode())
        return forged | {"signature": base64.b64encode(signature).decode()}

    for event_type, change in (
        (StaffKeyEnrolled.type, _with(public_key=public)),
        ("writeoff.requested.v1", _with(amount="1.00")),
        ("writeoff.approved.v1", signed),
    ):
        rewritten(folder, _changing(event_type, change))
    assert "it moves 600.00, and what was approved is 1.00" in _found(folder)[1]


@pytest.mark.parametrize(
    ("old", "what"),
    [
        ({"sum_limit": "699.99"}, "the sum of 700.00 is above"),
        ({"senior_threshold": "650.00", "senior_limit": "650.00", "limit": "650.00"}, "not senior"),
    ],
)
def test_a_policy_by_the_first_rules_is_held_against_itself(
    folder: Path, old: Body, what: str
) -> None:
    """They knew one sum and one limit; what was approved by them stays right."""
    first: Body = {"rules_version": 1, "sum": "700.00", **old}
    rewritten(folder, _changing("writeoff.approved.v1", _signing(**first)))
    assert what in _found(folder)[1]


@pytest.mark.parametrize(
    ("event_type", "change", "what"),
    [
        ("writeoff.requested.v1", _with(requestedBy=APPROVER), "approver is the requester"),
        ("writeoff.requested.v1", _with(amount="99999.00"), "above the approver's limit"),
        (
            "writeoff.requested.v1",
            lambda body: body | {"command": body["command"].replace("600.00", "601.00")},
            "does not have the hash",
        ),
        ("writeoff.requested.v1", _with(expiresAt="2020-01-01T00:00:00.000000Z"), "expired"),
        ("writeoff.approved.v1", _with(approvedBy=REQUESTER), "not the staff member who acted"),
        ("writeoff.approved.v1", _with(signature="AAAA"), "signature"),
        ("writeoff.approved.v1", _with(keyId="another"), "no key"),
        (
            "writeoff.approved.v1",
            lambda body: body | {"statement": body["statement"].replace('"approve"', '"reject"')},
            "another decision",
        ),
        ("writeoff.approved.v1", _with(transactionId="TXN-other"), "names another effect"),
        ("account.written_off.v1", _with(reason_code="deceased"), "not what was approved"),
        ("account.written_off.v1", _with(sealed_texts={}), "free text"),
        ("account.written_off.v1", _with(request_id=""), "names no request"),
        ("account.written_off.v1", _with(requested_by="p-another"), "another requester"),
    ],
)
def test_an_approval_that_cannot_be_is_named(
    folder: Path, event_type: str, change: Change, what: str
) -> None:
    """Whatever was changed about the request, the decision or its effect."""
    rewritten(folder, _changing(event_type, change))
    status, sentence = _found(folder)
    assert status == WRONG
    assert what in sentence


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_with(roles=["support"]), "no right to decide"),
        (_with(limits={"write_off": "10.00"}), "own was 10.00"),
        (_with(person_id=REQUESTER), "approver is the requester"),
        (_with(acts_for=[REQUESTER]), "approver is the requester, or acts for them"),
    ],
)
def test_rights_and_limits_are_those_of_that_time(folder: Path, change: Change, what: str) -> None:
    """They are folded from the staff's own events, up to the decision."""
    rewritten(folder, _changing("staff.created.v1", change, APPROVER))
    status, sentence = _found(folder)
    assert status == WRONG
    assert what in sentence


def _another_event(event_type: str, event: LedgerEvent) -> Callable[[Entry], Entry]:
    def changed(entry: Entry) -> Entry:
        if entry.event_type != event_type or not entry.subject_id.endswith(APPROVER):
            return entry
        body = codec.canonical(event)
        return msgspec.structs.replace(entry, event_type=event.type, body=body)

    return changed


def test_an_approver_who_was_disabled_is_named(folder: Path) -> None:
    """Had nobody enabled them again, the approval could not be."""
    rewritten(folder, _another_event("staff.enabled.v1", StaffDisabled(staff_id=Key(APPROVER))))
    status, sentence = _found(folder)
    assert (status, "approver was disabled" in sentence) == (WRONG, True)


def test_a_key_that_was_revoked_before_is_named(folder: Path) -> None:
    """It goes on to prove what it signed, and nothing later."""
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        entries = journal.read_subject(f"staff:{APPROVER}", 0, 100)
    (enrolled,) = (each for each in entries if each.event_type == StaffKeyEnrolled.type)
    key_id = Key(msgspec.json.decode(enrolled.body)["key_id"])
    revoked = StaffKeyRevoked(staff_id=Key(APPROVER), key_id=key_id)
    rewritten(folder, _another_event("staff.disabled.v1", revoked))
    status, sentence = _found(folder)
    assert (status, "no key that was the approver's" in sentence) == (WRONG, True)


def test_the_undo_of_a_write_off_is_right_however_often_something_was_recovered(
    tmp_path: Path,
) -> None:
    """Each of the ninety recoveries becomes a payment then, all under one key."""
    with LedgerProcess(tmp_path) as ledger:
        ledger.with_staff()
        account, decider = ledger.system.active_loan(), approver(ledger)
        asker = ledger.caller("staff-support")
        for command in (write_off(account), *(recovery(account, "1.00"),) * 90, undo(account)):
            decider.approve(ask(asker, command).request_id)
        assert ledger.system.balance(account).total_outstanding == "510.00"
    status, sentence = verify(settings_of(tmp_path), 1, tell=lambda _line: None)
    assert status == RIGHT, sentence
