"""Twice is the same as once."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from proto import accounting_ledger_pb2 as ledger_pb
from tests.builders import Caller, LedgerProcess, new_key, open_loan_request, refusal_of


def _effects(caller: Caller, account: str) -> int:
    return sum(entry.subject_id == account for entry in caller.entries())


def test_fifty_calls_at_once_with_one_key_have_one_effect(system: Caller, support: Caller) -> None:
    """I4: whoever comes first posts, the others get the first answer."""
    account, key = system.active_loan(), new_key()
    before = _effects(system, account)
    with ThreadPoolExecutor(50) as pool:
        calls = [
            pool.submit(support.repay, account, "10.00", idempotency_key=key) for _ in range(50)
        ]
        answers = [call.result() for call in calls]
    assert sum(not answer.idempotent_replay for answer in answers) == 1
    for answer in answers:
        answer.idempotent_replay = False
    assert all(answer == answers[0] for answer in answers)
    assert support.balance(account).total_outstanding == "590.00"
    assert _effects(system, account) == before + 3


def test_a_replay_is_answered_before_any_rule(system: Caller, support: Caller) -> None:
    """A retry is told what was done, also when the rules would refuse it now."""
    account, key = system.active_loan(), new_key()
    version = support.balance(account).account_version
    first = support.repay(account, "600.00", idempotency_key=key, expected_version=version)
    again = support.repay(account, "600.00", idempotency_key=key, expected_version=version)
    assert again.idempotent_replay
    assert again.event_id == first.event_id


def test_a_key_belongs_to_one_actor(system: Caller, ledger: LedgerProcess) -> None:
    """Somebody else's key is no way to their answer."""
    account, key = system.active_loan(), new_key()
    ledger.caller("staff-support").repay(account, "10.00", idempotency_key=key)
    with pytest.raises(grpc.RpcError) as refused:
        ledger.caller("staff-supervisor").repay(account, "10.00", idempotency_key=key)
    assert refusal_of(refused.value).reason == "KEY_REUSED"


def test_a_key_belongs_to_one_request(system: Caller, support: Caller) -> None:
    """The same key with another amount is refused and posts nothing."""
    account, key = system.active_loan(), new_key()
    support.repay(account, "10.00", idempotency_key=key)
    with pytest.raises(grpc.RpcError) as refused:
        support.repay(account, "11.00", idempotency_key=key)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert support.balance(account).total_outstanding == "590.00"


def test_a_refused_command_may_be_repaired_under_the_same_key(
    system: Caller, support: Caller
) -> None:
    """A refusal changes nothing, so it uses up no key."""
    account, key = system.active_loan(), new_key()
    with pytest.raises(grpc.RpcError):
        support.waive(account, "60.00", idempotency_key=key)
    assert not support.waive(account, "50.00", idempotency_key=key).idempotent_replay


def test_opening_twice_with_one_key_is_a_replay(system: Caller) -> None:
    """OpenLoan and DisburseLoan keep to the same rule."""
    request = open_loan_request()
    metadata = system.metadata()
    first = system.loans.OpenLoan(request, metadata=metadata)
    again = system.loans.OpenLoan(request, metadata=metadata)
    assert (first.idempotent_replay, again.idempotent_replay) == (False, True)
    disburse = ledger_pb.DisburseLoanRequest(
        loan_account_id=request.loan_account_id,
        disbursement_amount="500.00",
        idempotency_key=new_key(),
    )
    paid = [system.accounting.DisburseLoan(disburse, metadata=metadata) for _ in range(2)]
    assert [each.idempotent_replay for each in paid] == [False, True]
    assert paid[0].fee_transaction_id == paid[1].fee_transaction_id


def _code_within(caller: Caller, account: str, key: str, seconds: float) -> grpc.StatusCode:
    """Repay $1 and wait so long for the answer."""
    request = ledger_pb.RecordRepaymentRequest(
        loan_account_id=account, amount="1.00", idempotency_key=key
    )
    try:
        caller.accounting.RecordRepayment(request, metadata=caller.metadata(), timeout=seconds)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def test_a_deadline_that_passes_after_the_commit_has_one_effect(
    system: Caller, support: Caller
) -> None:
    """Whenever it passes: who tries again with the same key has paid once.

    Shorter and shorter waits, until one ends between the commit and the answer.
    """
    account, seconds, found, paid = system.active_loan(), 0.02, 0, 0
    support.repay(account, "100.00")
    while found == 0 and paid < 300:
        key = new_key()
        code = _code_within(support, account, key, seconds)
        again = support.repay(account, "1.00", idempotency_key=key)
        paid += 1
        assert support.balance(account).total_outstanding == f"{500 - paid}.00"
        found += code is grpc.StatusCode.DEADLINE_EXCEEDED and again.idempotent_replay
        seconds = seconds * 0.9 if code is grpc.StatusCode.OK else seconds * 1.1
    assert found


@pytest.mark.parametrize("prefix", ["eod:", "expired:", "inbox:"])
def test_the_ledgers_own_keys_are_nobody_elses(
    system: Caller, support: Caller, prefix: str
) -> None:
    """Under such a key the end of day would find another command, and end no day any more."""
    account = system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        support.repay(account, "1.00", idempotency_key=f"{prefix}2026-01-01:{account}")
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field) == ("INVALID_FIELD", "idempotency_key")
    assert support.balance(account).total_outstanding == "600.00"
