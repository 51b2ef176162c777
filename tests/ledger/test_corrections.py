"""Reversals and corrections through the front door: who may, who asks, what a preview says."""

from datetime import timedelta

import pytest

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger import asking
from tests.ledger.accounts_check import check_books, loan_of
from tests.ledger.approvers import approver, ask, refused
from tests.ledger.days import at, lend
from tests.ledger.taking_back import correct, correction, issue, issue_correction, reversal, reverse

CARD = "4111111111111111"
LUHN = "1763200000018"


def paid(system: Caller, amount: str = "100.00") -> tuple[str, str]:
    """Give an account and a repayment of it."""
    account = system.active_loan()
    return account, system.repay(account, amount).transaction.transaction_id


def test_a_supervisor_reverses_a_repayment(system: Caller, supervisor: Caller) -> None:
    """The answer points at the original, and the books tie."""
    account, transaction = paid(system)
    answer = reverse(supervisor, account, transaction).transaction
    assert (answer.reference_id, answer.total_after) == (transaction, "600.00")
    assert answer.metadata["reason_code"] == "dishonoured"
    check_books(system)


def test_a_reversal_twice_with_one_key_is_one(system: Caller, supervisor: Caller) -> None:
    """The second answer is the first."""
    account, transaction = paid(system)
    first = reverse(supervisor, account, transaction, idempotency_key="the-same-key")
    again = reverse(supervisor, account, transaction, idempotency_key="the-same-key")
    assert again.idempotent_replay
    assert again.transaction == first.transaction


def test_support_asks_for_a_reversal_and_a_limit_bounds_a_supervisor(
    system: Caller, support: Caller, supervisor: Caller
) -> None:
    """$500 for a supervisor by default; support has no right of its own."""
    account, transaction = paid(system, "500.01")
    for caller, limit in ((support, "0.00"), (supervisor, "500.00")):
        why = refused(reverse, caller, account, transaction)
        assert (why.reason, why.limit) == ("APPROVAL_REQUIRED", limit)


@pytest.mark.parametrize("role", ["support", "supervisor", "compliance", "analyst"])
def test_only_an_administrator_asks_for_a_correction(
    ledger: LedgerProcess, system: Caller, role: str
) -> None:
    """Who may not ask has no right; an administrator needs a supervisor's approval."""
    account, transaction = paid(system)
    caller, admin = ledger.caller(f"staff-{role}"), ledger.caller("staff-admin")
    for each, reason in ((caller, "NO_RIGHT"), (admin, "APPROVAL_REQUIRED")):
        assert refused(correct, each, account, transaction, "10.00").reason == reason
        message = (account, "1700000000000-0", "10.00")
        assert refused(issue_correction, each, *message).reason == reason


def test_an_approved_correction_posts_reversal_and_payment_together(
    ledger: LedgerProcess, system: Caller
) -> None:
    """One decision, two postings; both name the request."""
    account, transaction = paid(system)
    admin, person = ledger.caller("staff-admin"), approver(ledger)
    asked = ask(admin, pb.PreviewRequest(correct_payment=correction(account, transaction, "10.00")))
    effect = person.approve(asked.request_id).effect
    assert (effect.transaction.type, effect.transaction.total_after) == (101, "590.00")
    posted = loan_of(system, account).postings[-2:]
    assert [each.event.type for each in posted] == ["payment.reversed.v1", "payment.correction.v1"]
    assert {each.event.request_id for each in posted} == {asked.request_id}


def test_a_correction_takes_the_limit_of_the_larger_of_both_payments(
    ledger: LedgerProcess, system: Caller
) -> None:
    """To take $500.01 back is no small matter because $10 come in its place.

    The limit is that of a reversal: who may not take a payment back may not decide this.
    """
    account, transaction = paid(system, "500.01")
    command = pb.PreviewRequest(correct_payment=correction(account, transaction, "10.00"))
    asked = ask(ledger.caller("staff-admin"), command)
    assert asked.amount == "500.01"
    low = approver(ledger, {"write_off": "10000.00"})
    assert refused(low.approve, asked.request_id).reason == "LIMIT_TOO_LOW"
    assert system.balance(account).total_outstanding == "99.99"
    assert approver(ledger, {"reversal": "500.01"}).approve(asked.request_id).effect


def test_a_dead_letter_is_corrected_once_on_whatever_account(
    ledger: LedgerProcess, system: Caller
) -> None:
    """The message's name is taken for good by the approval that posts it."""
    admin, person = ledger.caller("staff-admin"), approver(ledger)
    account, other = system.active_loan(), system.active_loan()
    command = pb.PreviewRequest(issue_correction=issue(account, "1700000000000-7", "10.00"))
    person.approve(ask(admin, command).request_id)
    assert system.balance(account).total_outstanding == "590.00"
    again = pb.PreviewRequest(issue_correction=issue(other, "1700000000000-7", "10.00"))
    assert refused(ask, admin, again).reason == "MESSAGE_POSTED"


def test_a_correction_counts_from_as_far_back_as_its_approver_may_go(
    ledger: LedgerProcess, system: Caller
) -> None:
    """Ninety days, though the administrator who asks may go back thirty by themselves."""
    admin, person = ledger.caller("staff-admin"), approver(ledger)
    account = lend(system, asking.today() - timedelta(days=100))
    for days, message in ((90, "1700000000000-8"), (91, "1700000000000-9")):
        on = str(asking.today() - timedelta(days=days))
        command = issue(account, message, "10.00", effective_date=on)
        request = pb.PreviewRequest(issue_correction=command)
        if days == 90:
            effect = person.approve(ask(admin, request).request_id).effect
            assert effect.transaction.effective_date == on
        else:
            assert refused(ask, admin, request).field == "effective_date"


def test_a_correction_that_names_no_date_keeps_the_payments_own_however_old(
    ledger: LedgerProcess, system: Caller
) -> None:
    """Its day was checked when it was posted."""
    admin, person = ledger.caller("staff-admin"), approver(ledger)
    lent = asking.today() - timedelta(days=200)
    account = lend(system, lent)
    transaction = system.repay(account, "100.00", at=at(lent)).transaction.transaction_id
    command = correction(account, transaction, "10.00")
    asked = ask(admin, pb.PreviewRequest(correct_payment=command))
    effect = person.approve(asked.request_id).effect
    assert effect.transaction.effective_date == str(lent)


def test_digits_of_an_id_that_was_given_are_no_card_number(
    ledger: LedgerProcess, system: Caller, supervisor: Caller
) -> None:
    """An id of the inbox is a time, a transaction's holds its account's: both pass Luhn's check."""
    account = system.active_loan(open_loan_request(account_id=CARD))
    message = pb.PreviewRequest(issue_correction=issue(account, f"{LUHN}-0", "10.00"))
    assert ask(ledger.caller("staff-admin"), message).status == "pending"
    fee = system.late_fee(account).transaction.transaction_id
    supervisor.waive(account, "15.00", target_transaction_id=fee)
    payment = system.repay(account, "10.00").transaction.transaction_id
    assert reverse(supervisor, account, payment).transaction.reference_id == payment


def test_a_preview_of_a_reversal_tells_what_it_would_leave(
    system: Caller, supervisor: Caller
) -> None:
    """The balances before and after, and the limit; nothing is posted."""
    account, transaction = paid(system)
    command = pb.PreviewRequest(
        reverse_transaction=reversal(account, transaction, approved_by=supervisor.actor_id)
    )
    answer = supervisor.previews.Preview(command, metadata=supervisor.metadata())
    assert answer.allowed
    assert (answer.before.total_outstanding, answer.after.total_outstanding) == ("500.00", "600.00")
    assert answer.actor_limit == "500.00"
    assert supervisor.balance(account).total_outstanding == "500.00"
