"""Two people at once: one wins, the other is told how it stands now, and nothing is done twice."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import grpc
import pytest

from proto import accounting_ledger_pb2 as ledger_pb
from tests.builders import Caller, LedgerProcess, refusal_of
from tests.counts import count
from tests.ledger.approvers import Approver, approver, ask, cancel, get, person, waiver, write_off

PAIRS = count(40, 500)
"""Pairs of each kind."""

Act = Callable[[], Any]


@pytest.fixture(scope="module")
def deciders(ledger: LedgerProcess) -> list[Approver]:
    """Two approvers."""
    return [approver(ledger, {"write_off": "100000.00"}) for _ in range(2)]


@pytest.fixture(scope="module")
def pool() -> ThreadPoolExecutor:
    """Threads in which both sides of a pair start at once."""
    return ThreadPoolExecutor(4)


def _outcome(act: Act) -> tuple[str, str]:
    try:
        act()
    except grpc.RpcError as error:
        detail = refusal_of(error)
        return detail.reason or str(error.code()), detail.sentence
    return "", ""


def _race(pool: ThreadPoolExecutor, number: int, *acts: Act, state: str) -> list[str]:
    """Do both at once, first one and then the other a moment earlier; give why each was refused.

    The loser's sentence tells the `state` as it is now.
    """
    order = (0, 1) if number % 2 else (1, 0)
    started = {each: pool.submit(_outcome, acts[each]) for each in order}
    told = [started[each].result() for each in range(len(acts))]
    assert all(re.search(state, sentence) for reason, sentence in told if reason)
    return [reason for reason, _ in told]


def _request(ledger: LedgerProcess, asking: Caller) -> tuple[str, str]:
    account = ledger.system.active_loan()
    return account, ask(asking, write_off(account)).request_id


def _write_offs(ledger: LedgerProcess, account: str) -> list[ledger_pb.Transaction]:
    request = ledger_pb.GetTransactionsRequest(loan_account_id=account)
    metadata = ledger.system.metadata()
    found = ledger.system.accounting.GetTransactions(request, metadata=metadata)
    return [each for each in found.transactions if each.type == ledger_pb.WRITE_OFF]


def test_two_approvals_at_once_have_one_effect(
    ledger: LedgerProcess, deciders: list[Approver], pool: ThreadPoolExecutor, support: Caller
) -> None:
    """I6: one winner, whose name is on the effect; the loser is told that it is decided."""
    for number in range(PAIRS):
        account, request_id = _request(ledger, support)
        messages = [each.message(request_id) for each in deciders]
        told = _race(
            pool,
            number,
            partial(deciders[0].send, messages[0]),
            partial(deciders[1].send, messages[1]),
            state="is approved by .* already; that is final",
        )
        assert sorted(told) == ["", "REQUEST_DECIDED"]
        (done,) = _write_offs(ledger, account)
        winner = deciders[told.index("")].caller.actor_id
        assert done.created_by == done.metadata["approved_by"] == winner
        assert done.metadata["requested_by"] == support.actor_id != winner


def test_approve_against_cancel(
    ledger: LedgerProcess, deciders: list[Approver], pool: ThreadPoolExecutor, support: Caller
) -> None:
    """Either it is written off, or it is cancelled; never both, never neither."""
    for number in range(PAIRS):
        account, request_id = _request(ledger, support)
        message = deciders[0].message(request_id)
        told = _race(
            pool,
            number,
            partial(deciders[0].send, message),
            partial(cancel, support, request_id),
            state="is (approved|cancelled) by .* already; that is final",
        )
        assert sorted(told) == ["", "REQUEST_DECIDED"]
        is_approved = told[0] == ""
        assert get(support, request_id).status == ("approved" if is_approved else "cancelled")
        owed = support.balance(account).total_outstanding
        assert owed == ("0.00" if is_approved else "600.00")


def test_approve_against_repayment(
    ledger: LedgerProcess, deciders: list[Approver], pool: ThreadPoolExecutor, support: Caller
) -> None:
    """Paid first: the request is stale. Written off first: money is a recovery."""
    for number in range(PAIRS):
        account, request_id = _request(ledger, support)
        message = deciders[0].message(request_id)
        told = _race(
            pool,
            number,
            partial(deciders[0].send, message),
            partial(support.repay, account, "10.00"),
            state="has changed since it was asked: .* was .*, is |was written off",
        )
        assert sorted(told) in (["", "STALE_REQUEST"], ["", "WRITTEN_OFF"])
        is_approved = told[0] == ""
        assert get(support, request_id).status == ("approved" if is_approved else "pending")
        owed = support.balance(account).total_outstanding
        assert owed == ("0.00" if is_approved else "590.00")


def test_approve_against_a_decision_elsewhere(
    ledger: LedgerProcess, deciders: list[Approver], pool: ThreadPoolExecutor, support: Caller
) -> None:
    """A write-off against a waiver of the same account: the second sees what the first did."""
    asking = person(ledger, "support")
    for number in range(PAIRS):
        account, request_id = _request(ledger, support)
        other_id = ask(asking, waiver(account, "60.00")).request_id
        messages = [deciders[0].message(request_id), deciders[1].message(other_id)]
        told = _race(
            pool,
            number,
            partial(deciders[0].send, messages[0]),
            partial(deciders[1].send, messages[1]),
            state="has changed since it was asked: .* was .*, is ",
        )
        assert sorted(told) == ["", "STALE_REQUEST"]
        assert bool(_write_offs(ledger, account)) == (told[0] == "")
        owed = support.balance(account).total_outstanding
        assert owed == ("0.00" if told[0] == "" else "540.00")
