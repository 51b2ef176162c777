"""A decision says something, is signed by its approver, and is of this moment and rule."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.commands import binding
from ledger.commands.record_repayment import RecordRepayment
from ledger.domain.loan import Loan
from proto.values import Instant, Money
from tests.builders import Caller, LedgerProcess
from tests.ledger.approvers import (
    Approver,
    approver,
    ask,
    cancel,
    get,
    recovery,
    refused,
    undo,
    waiver,
    write_off,
)
from tests.ledger.one_loan import ACCOUNT, OneLoan


@pytest.fixture(scope="module")
def decider(ledger: LedgerProcess) -> Approver:
    """A supervisor with a key, for this module."""
    return approver(ledger)


@pytest.mark.parametrize(
    "comment",
    ["", "too short", "a" * 9 + " " * 20, "a" * 9 + "\u200b\u2060\u3164\u0301\ufffc\U0001d159" * 9],
)
def test_a_comment_says_something(
    ledger: LedgerProcess, support: Caller, decider: Approver, comment: str
) -> None:
    """At least ten characters that can be seen: no spaces, nothing of zero width, no accents."""
    request_id = ask(support, write_off(ledger.system.active_loan())).request_id
    for act in (decider.approve, decider.reject):
        told = refused(act, request_id, comment=comment)
        assert (told.reason, told.field) == ("COMMENT_TOO_SHORT", "comment")
    assert refused(decider.return_, request_id, comment).reason == "COMMENT_TOO_SHORT"
    assert decider.approve(request_id, comment="\u00e9t\u00e9 \u4e2d\u6587\u5b57 1234").status


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"signature": b""}, "BAD_SIGNATURE"),
        ({"signature": b"x" * 64}, "BAD_SIGNATURE"),
        ({"signed_by": Ed25519PrivateKey.generate()}, "BAD_SIGNATURE"),
        ({"account_version": 1}, "BAD_SIGNATURE"),
        ({"key_id": "0" * 16}, "NO_SUCH_KEY"),
        ({"policy": "{}"}, "POLICY_CHANGED"),
        ({"policy": "REQ-4111111111111111"}, "POLICY_CHANGED"),
        ({"decided_at": Instant.parse("2026-01-01")}, "DECIDED_AT_OFF"),
        ({"comment_salt": b"short"}, "INVALID_FIELD"),
    ],
)
def test_a_decision_is_signed_by_its_approver(
    ledger: LedgerProcess, support: Caller, decider: Approver, changed: dict[str, Any], reason: str
) -> None:
    """Wrong, missing, another's, of another time or rule: refused, and nothing is done."""
    account = ledger.system.active_loan()
    request_id = ask(support, write_off(account)).request_id
    assert refused(decider.approve, request_id, **changed).reason == reason
    assert support.balance(account).total_outstanding == "600.00"


def test_a_comment_that_was_not_signed_is_no_comment(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """The signature covers the comment by its salted hash, and the verb."""
    request_id = ask(support, write_off(ledger.system.active_loan())).request_id
    message = decider.message(request_id)
    message.comment = "Something else altogether."
    assert refused(decider.send, message).reason == "BAD_SIGNATURE"
    rejection = decider.message(request_id, "reject")
    assert refused(decider.send, rejection).reason == "BAD_SIGNATURE"


def test_the_approver_is_told_before_whether_they_may(
    ledger: LedgerProcess, support: Caller, supervisor: Caller, decider: Approver
) -> None:
    """Get tells why not: no right, one's own, already decided."""
    account = ledger.system.active_loan()
    request_id = ask(supervisor, write_off(account)).request_id
    assert not decider.get(request_id).HasField("decision_refusal")
    assert get(supervisor, request_id).decision_refusal.reason == "OWN_REQUEST"
    assert get(support, request_id).decision_refusal.reason == "NO_RIGHT"
    assert get(support, request_id).command.write_off.amount == "600.00"
    cancel(supervisor, request_id)
    assert decider.get(request_id).decision_refusal.reason == "REQUEST_DECIDED"


@pytest.mark.parametrize("apart", [-1, 1])
def test_a_decision_is_about_an_account_that_was_there(
    ledger: LedgerProcess, support: Caller, decider: Approver, apart: int
) -> None:
    """Nobody signs for it as it was before anybody asked, or as it has never been yet."""
    asked = ask(support, write_off(ledger.system.active_loan()))
    seen = asked.bound_account_version + apart
    told = refused(decider.approve, asked.request_id, seen_version=seen)
    assert (told.reason, told.field) == ("STALE_REQUEST", "account_version")


def test_a_fee_that_another_took_the_place_of_is_looked_at_again(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Every sum is as it was, but to waive the fee that was paid would lower the principal."""
    account = ledger.system.active_loan()
    support.repay(account, "100.00")
    fee = support.late_fee(account, "60.00").transaction.transaction_id
    request_id = ask(support, waiver(account, "60.00", target_transaction_id=fee)).request_id
    support.repay(account, "60.00")
    other = support.late_fee(account, "60.00").transaction.transaction_id
    told = refused(decider.approve, request_id)
    assert told.reason == "STALE_REQUEST"
    assert f"unpaid_fees was late fee {fee} $60.00, is late fee {other} $60.00" in told.sentence
    support.repay(account, "60.00")
    assert decider.get(request_id).differences[1].now == "none"


def test_money_that_came_in_before_the_undo_of_a_write_off_is_looked_at_again(
    ledger: LedgerProcess, support: Caller, decider: Approver
) -> None:
    """Nothing is owed meanwhile, but the undo would bring back less."""
    account = ledger.system.active_loan()
    decider.approve(ask(support, write_off(account)).request_id)
    asked = ask(support, undo(account)).request_id
    decider.approve(ask(support, recovery(account, "50.00")).request_id)
    told = refused(decider.approve, asked)
    assert (told.reason, "recovered was 0.00, is 50.00" in told.sentence) == ("STALE_REQUEST", True)


def _changed(part: str, loan: Loan) -> Loan:
    """Give a loan of which one part is another."""
    first, *others = loan.instalments
    replace = msgspec.structs.replace
    if part == "is_in_arrears":
        return replace(loan, ageing=replace(loan.ageing, is_in_arrears=True))
    if part in ("paid", "remaining", "is_overdue"):
        return replace(loan, instalments=(replace(first, **{part: Money(1)}), *others))
    return replace(loan, **{part: Money(1)})


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("principal", "principal"),
        ("interest", "interest"),
        ("fee_balance", "fees"),
        ("overpayment", "overpayment"),
        ("status", "account_status"),
        ("is_in_arrears", "is_in_arrears"),
        ("paid", "instalment 1"),
        ("remaining", "instalment 1"),
        ("is_overdue", "instalment 1"),
    ],
)
def test_a_change_in_any_part_of_an_account_is_seen(part: str, told: str) -> None:
    """Each balance, status and flag, and of each instalment status, paid and remaining."""
    one = OneLoan()
    one.do(RecordRepayment(loan_account_id=ACCOUNT, amount=Money(110_00)))
    seen = one.now
    now = binding.snapshot_of(_changed(part, seen))
    changed = binding.differences(binding.snapshot_of(seen), now)
    assert [each.field for each in changed] == [told]


def test_a_request_of_older_days_is_compared_by_what_it_bound() -> None:
    """Fees by name and what was recovered were not in it."""
    now = binding.snapshot_of(OneLoan().now)
    older = msgspec.json.decode(now)
    del older["balances"]["recovered"], older["balances"]["unpaid_fees"]
    assert binding.differences(msgspec.json.encode(older).decode(), now) == ()
