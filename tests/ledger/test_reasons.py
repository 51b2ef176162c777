"""Why something was done: a code of one list per kind, plain, and words, sealed."""

from collections.abc import Callable
from functools import partial
from typing import Final

import grpc
import pytest
from google.protobuf.message import Message

from ledger.domain import reasons
from proto import codec
from proto import servicing_pb2 as pb
from proto.events import AdjustmentMade
from tests.builders import Caller, LedgerProcess, new_id, new_key, refusal_of
from tests.ledger.approvers import approver, ask, write_off

KINDS: Final[dict[str, tuple[Callable[[Caller, str], object], tuple[str, ...]]]] = {
    "waiver": (lambda c, code: c.waive("LA-none", "1.00", reason_code=code), reasons.WAIVER),
    "adjustment": (
        lambda c, code: c.adjust("LA-none", "1.00", reason_code=code),
        reasons.ADJUSTMENT,
    ),
    "write-off": (lambda c, code: c.write_off("LA-none", reason_code=code), reasons.WRITE_OFF),
    "undo": (
        lambda c, code: c.undo_write_off("LA-none", reason_code=code),
        reasons.WRITE_OFF_UNDO,
    ),
    "recovery": (lambda c, code: c.recover("LA-none", "1.00", reason_code=code), reasons.RECOVERY),
    "refund": (lambda c, code: c.refund("LA-none", "1.00", reason_code=code), reasons.REFUND),
    "repayment": (lambda c, code: c.repay("LA-none", "1.00", reason_code=code), reasons.REPAYMENT),
    "late fee": (lambda c, code: c.late_fee("LA-none", reason_code=code), reasons.LATE_FEE),
    "dishonour fee": (
        lambda c, code: c.dishonour_fee("LA-none", reason_code=code),
        reasons.DISHONOUR_FEE,
    ),
}
"""Kind of command to how it is asked for with a code, and the list of its codes."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_is_not_on_the_list_is_refused_with_the_list(
    supervisor: Caller, kind: str
) -> None:
    """So that reports by reason add up; each kind has `other`."""
    ask, allowed = KINDS[kind]
    assert "other" in allowed
    with pytest.raises(grpc.RpcError) as refused:
        ask(supervisor, "because")
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == ("INVALID_FIELD", "reason_code")
    assert all(code in detail.sentence for code in allowed)


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, (_, codes) in KINDS.items() for code in codes]
)
def test_every_code_of_a_list_passes(supervisor: Caller, kind: str, code: str) -> None:
    """The next thing that is wrong is the account, or the right."""
    with pytest.raises(grpc.RpcError) as refused:
        KINDS[kind][0](supervisor, code)
    assert refusal_of(refused.value).reason in {"NO_SUCH_ACCOUNT", "APPROVAL_REQUIRED"}


def test_write_offs_have_the_reasons_that_other_systems_know() -> None:
    """The list of the event contract."""
    assert reasons.WRITE_OFF == (
        "hardship",
        "bankruptcy",
        "deceased",
        "unable_to_locate",
        "fraud_victim",
        "disputed",
        "aged_debt",
        "other",
    )


def test_the_code_is_plain_and_the_words_are_ciphertext(system: Caller, supervisor: Caller) -> None:
    """The code is for filters; what was written may tell of a person."""
    account = system.active_loan()
    words = "her husband fell ill in May"
    event_id = supervisor.adjust(account, "-10.00", reason=words, reason_code="hardship").event_id
    entry = next(each for each in system.entries() if each.event_id == event_id)
    event = codec.read_event(entry.event_type, entry.body)
    assert isinstance(event, AdjustmentMade)
    assert event.reason_code == "hardship"
    assert set(event.sealed_texts) == {"reason"}
    assert b"husband" not in entry.body


def test_a_repayment_or_fee_tells_its_code_and_may_leave_it_out(
    system: Caller, supervisor: Caller
) -> None:
    """Who knows no code, as other systems, gives none: it is not said to be `other`."""
    account = system.active_loan()
    asked = (
        (supervisor.late_fee, "5.00", "missed_payment"),
        (supervisor.dishonour_fee, "5.00", "insufficient_funds"),
        (supervisor.repay, "20.00", "instalment"),
    )
    for call, amount, code in asked:
        ids = [call(account, amount, reason_code=given).event_id for given in (code, "")]
        entries = {each.event_id: each for each in system.entries()}
        events = [codec.read_event(entries[i].event_type, entries[i].body) for i in ids]
        assert [getattr(each, "reason_code", None) for each in events] == [code, ""]


@pytest.mark.parametrize("verb", ["adjust", "refund"])
def test_what_somebody_answers_for_has_a_reason_in_words(supervisor: Caller, verb: str) -> None:
    """White space is none."""
    with pytest.raises(grpc.RpcError) as refused:
        getattr(supervisor, verb)("LA-none", "1.00", reason="  ")
    assert refusal_of(refused.value).field == "reason"


STAFF: Final[dict[str, tuple[Callable[..., Message], tuple[str, ...]]]] = {
    "Create": (
        partial(pb.CreateStaffRequest, username="norah", display_name="Nora", roles=["support"]),
        reasons.STAFF_CREATED,
    ),
    "SetRoles": (partial(pb.SetRolesRequest, roles=["analyst"]), reasons.ROLES_SET),
    "SetLimits": (partial(pb.SetLimitsRequest, limits={"waiver": "9.00"}), reasons.LIMITS_SET),
    "GiveStartPassword": (pb.GiveStartPasswordRequest, reasons.START_PASSWORD_GIVEN),
    "Disable": (pb.DisableStaffRequest, reasons.STAFF_DISABLED),
    "Enable": (pb.EnableStaffRequest, reasons.STAFF_ENABLED),
}
"""Rpc of StaffService to its request, and the list of its reasons."""
KEY: Final[dict[str, tuple[Callable[..., Message], tuple[str, ...]]]] = {
    "RevokeKey": (partial(pb.RevokeKeyRequest, key_id="0" * 16), reasons.KEY_REVOKED)
}
NEEDED: Final = {"SetRoles", "SetLimits", "GiveStartPassword"}


def _change(admin: Caller, rpc: str, staff_id: str, code: str) -> str:
    made: Callable[..., Message] = (STAFF | KEY)[rpc][0]
    request = made(staff_id=staff_id, reason_code=code, idempotency_key=new_key())
    answer = getattr(admin.staff, rpc)(request, metadata=admin.metadata())
    return str(answer.event_id)


def test_each_change_of_staff_tells_why(ledger: LedgerProcess, system: Caller) -> None:
    """The code is in its event, so that the audit can be asked for it."""
    admin, staff_id = ledger.caller("staff-admin"), new_id("p")
    told = {_change(admin, rpc, staff_id, codes[0]): codes[0] for rpc, (_, codes) in STAFF.items()}
    entries = {each.event_id: each for each in system.entries() if each.event_id in told}
    events = {key: codec.read_event(each.event_type, each.body) for key, each in entries.items()}
    assert {key: getattr(each, "reason_code", "") for key, each in events.items()} == told


def test_a_key_that_is_revoked_tells_why(ledger: LedgerProcess, system: Caller) -> None:
    """As the other changes of staff do."""
    admin, owner = ledger.caller("staff-admin"), approver(ledger)
    request = pb.RevokeKeyRequest(
        staff_id=owner.caller.actor_id,
        key_id=owner.key_id,
        reason_code="forgotten",
        idempotency_key=new_key(),
    )
    event_id = admin.staff.RevokeKey(request, metadata=admin.metadata()).event_id
    entry = next(each for each in system.entries() if each.event_id == event_id)
    event = codec.read_event(entry.event_type, entry.body)
    assert getattr(event, "reason_code", "") == "forgotten"


@pytest.mark.parametrize("rpc", [*STAFF, *KEY])
def test_a_reason_of_another_list_is_refused_and_roles_and_limits_need_one(
    ledger: LedgerProcess, rpc: str
) -> None:
    """Before anything else about the person is looked at."""
    admin, (_, allowed) = ledger.caller("staff-admin"), {**STAFF, **KEY}[rpc]
    for code in ("because", ""):
        with pytest.raises(grpc.RpcError) as refused:
            _change(admin, rpc, "p-none" if code or rpc != "Create" else "staff-admin", code)
        detail = refusal_of(refused.value)
        if code or rpc in NEEDED:
            assert (detail.reason, detail.field) == ("INVALID_FIELD", "reason_code")
            assert all(each in detail.sentence for each in allowed)
        else:
            assert detail.reason != "INVALID_FIELD"


def test_who_takes_a_request_back_may_say_why(system: Caller, supervisor: Caller) -> None:
    """With a code of the list, which stands in the event, and in words, which are sealed."""
    asked = ask(supervisor, write_off(system.active_loan())).request_id
    message = pb.CancelApprovalRequest(
        request_id=asked,
        reason_code="because",
        comment="zebra nine, my mistake",
        idempotency_key=new_key(),
    )
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.approvals.Cancel(message, metadata=supervisor.metadata())
    assert refusal_of(refused.value).field == "reason_code"
    message.reason_code = "entered_in_error"
    event_id = supervisor.approvals.Cancel(message, metadata=supervisor.metadata()).event_id
    entry = next(each for each in system.entries() if each.event_id == event_id)
    event = codec.read_event(entry.event_type, entry.body)
    assert getattr(event, "reason_code", "") == "entered_in_error"
    assert set(getattr(event, "sealed_texts", {})) == {"comment"}
    assert b"zebra nine" not in entry.body
