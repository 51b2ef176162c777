"""Every refusal through the front door: status, reason, field, sentence, no effect."""

from pathlib import Path

import grpc
import pytest

from ledger.errors import STATUS, Refusal
from tests.builders import Caller, LedgerProcess, refusal_of
from tests.ledger.refusal_rows import ROWS
from tests.ledger.refusal_scene import ORDER, Row, Scene

MEETS_NONE = {
    Refusal.NOT_BUILT,  # there is no command, so nothing else about it can be wrong
    Refusal.NO_SUCH_EVENT,  # these are of calls with hardly more than an id
    Refusal.NO_SUCH_HEAD,
    Refusal.NO_SUCH_TEXT,
    Refusal.TEXT_ERASED,
    Refusal.OWN_EVENT,
    Refusal.NOT_THE_CUSTOMERS,
    Refusal.NOT_DISABLED,
    Refusal.REQUEST_EXPIRED,  # a request has one status
    Refusal.REQUEST_NOT_DECIDED,
    Refusal.NOT_REVERSIBLE,  # a transaction has one of these
    Refusal.PAID_OUT_SINCE,
    Refusal.APPROVAL_NOT_NEEDED,  # only once the command itself was found to be right
}
"""Reasons of which no other is tried at the same time."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_refusal_tells_its_reason_and_changes_nothing(
    ledger: LedgerProcess, tmp_path: Path, row: Row
) -> None:
    """Status, reason, field and sentence of the first rule that says no; and not one entry."""
    with Scene(ledger, tmp_path) as scene:
        act = row.prepare(scene)
        before = scene.position()
        with pytest.raises(grpc.RpcError) as refused:
            act()
        assert scene.position() == before
    detail = refusal_of(refused.value)
    assert detail.reason == row.reason.name
    assert refused.value.code().name == STATUS[row.reason]
    assert detail.field == row.field
    assert detail.sentence == refused.value.details()
    assert detail.sentence.endswith(".")


def test_every_reason_has_a_status_and_a_row() -> None:
    """A reason that nobody can provoke is no rule; each is provoked by itself at least once."""
    assert set(STATUS) == set(Refusal)
    assert {row.reason for row in ROWS if row.also is None} == set(Refusal)


def test_the_reasons_are_listed_in_order_of_precedence() -> None:
    """Of two that hold at once the ledger tells the one that stands first in the list."""
    pairs = [(row.reason, row.also) for row in ROWS if row.also is not None]
    assert [pair for pair in pairs if ORDER[pair[0]] >= ORDER[pair[1]]] == []
    assert {reason for pair in pairs for reason in pair} | MEETS_NONE == set(Refusal)


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
