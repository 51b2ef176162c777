"""Every refusal through the front door: status, reason, field, sentence, no effect."""

import grpc
import pytest

from ledger.errors import STATUS, Refusal
from tests.builders import Caller, LedgerProcess, refusal_of
from tests.ledger.refusal_rows import ROWS, Row, Scene

APPROVALS = {
    Refusal.COMMENT_TOO_SHORT,
    Refusal.OWN_REQUEST,
    Refusal.NOT_REQUESTER,
    Refusal.NO_SUCH_KEY,
    Refusal.NO_SUCH_REQUEST,
    Refusal.REQUEST_NOT_DECIDED,
    Refusal.KEY_ENROLLED,
    Refusal.ALREADY_REQUESTED,
    Refusal.REQUEST_DECIDED,
    Refusal.REQUEST_EXPIRED,
    Refusal.REQUEST_RETURNED,
    Refusal.LIMIT_TOO_LOW,
    Refusal.POLICY_CHANGED,
    Refusal.DECIDED_AT_OFF,
    Refusal.BAD_SIGNATURE,
    Refusal.STALE_REQUEST,
    Refusal.APPROVAL_NOT_NEEDED,
}
ELSEWHERE = {
    Refusal.NOT_BUILT,  # test_wire
    Refusal.WRITTEN_OFF,  # test_bad_debt, as are the three below: nobody does these alone
    Refusal.NOT_WRITTEN_OFF,
    Refusal.AMOUNT_NOT_BALANCE,
    Refusal.RECOVERY_EXCEEDS_WRITE_OFF,
    Refusal.MESSAGE_POSTED,  # test_corrections: nobody does it alone
    Refusal.TEXT_ERASED,  # test_reveal
    Refusal.NO_SUCH_NOTE,  # test_notes_and_reviews, with the four below
    Refusal.NOT_AUTHOR,
    Refusal.NOT_THE_CUSTOMERS,
    Refusal.NO_SUCH_EVENT,
    Refusal.OWN_EVENT,
    *APPROVALS,  # test_approvals, test_segregation, test_limits, test_approval_races
}
"""Reasons that are provoked in another module."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.reason.name}-{row.field}")
def test_a_refusal_tells_its_reason_and_changes_nothing(ledger: LedgerProcess, row: Row) -> None:
    """A rule that says no gives its status, reason, field and sentence in the details."""
    scene = Scene(ledger)
    with pytest.raises(grpc.RpcError) as refused:
        row.provoke(scene)
    detail = refusal_of(refused.value)
    assert detail.reason == row.reason.name
    assert refused.value.code().name == STATUS[row.reason]
    assert detail.field == row.field
    assert detail.sentence == refused.value.details()
    assert detail.sentence.endswith(".")


def test_every_reason_has_a_status_and_a_row() -> None:
    """A reason that nobody can provoke is no rule."""
    assert set(STATUS) == set(Refusal)
    assert {row.reason for row in ROWS} | ELSEWHERE == set(Refusal)


def test_a_stale_version_is_told_the_version_now(system: Caller, support: Caller) -> None:
    """The details of STALE_VERSION hold the account's version, so that a form can reload."""
    account = system.active_loan()
    support.repay(account, "10.00")
    seen = support.balance(account).account_version
    support.repay(account, "10.00", expected_version=seen)
    with pytest.raises(grpc.RpcError) as refused:
        support.repay(account, "10.00", expected_version=seen)
    now = support.balance(account).account_version
    assert refusal_of(refused.value).current_version == now > seen


def test_an_amount_above_the_limit_is_told_the_limit(system: Caller, support: Caller) -> None:
    """The details of APPROVAL_REQUIRED hold the limit, so that a form can offer a request."""
    account = system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        support.waive(account, "60.00")
    assert refusal_of(refused.value).limit == "50.00"


def test_a_cap_tells_what_is_left_of_it(system: Caller) -> None:
    """A loan of $500 with a fee of $100 may cost $1,000 in all: $400 is left for late fees."""
    account = system.active_loan()
    system.late_fee(account, "390.00")
    with pytest.raises(grpc.RpcError) as refused:
        system.late_fee(account, "10.01")
    assert refusal_of(refused.value).limit == "10.00"
    assert "$1,000.00" in refusal_of(refused.value).sentence


@pytest.mark.parametrize(
    "amount",
    ["", "-1", "0", "0.00", "NaN", "1e309", "0.001", "१२", "10000000000000", "1,000", " 1", "+1"],
)
def test_an_amount_that_is_not_plain_is_refused_with_the_field(system: Caller, amount: str) -> None:
    """Amounts are positive, plain ASCII, whole cents, below ten trillion."""
    with pytest.raises(grpc.RpcError) as refused:
        system.repay("LA-1", amount)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).field == "amount"


def test_fields_are_refused_before_rights_and_rights_before_the_account(
    ledger: LedgerProcess,
) -> None:
    """The staircase has one order, so that a caller sees the same first reason each time."""
    analyst, support = ledger.caller("staff-analyst"), ledger.caller("staff-support")
    reasons = []
    for caller, account, amount, approver in (
        (analyst, "LA-none", "x", "somebody"),
        (analyst, "LA-none", "99.00", "somebody"),
        (support, "LA-none", "99.00", "somebody"),
        (support, "LA-none", "99.00", "staff-support"),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            caller.waive(account, amount, approved_by=approver, expected_version=7)
        reasons.append(refusal_of(refused.value).reason)
    assert reasons == ["INVALID_AMOUNT", "NO_RIGHT", "APPROVER_NOT_ACTOR", "NO_SUCH_ACCOUNT"]
