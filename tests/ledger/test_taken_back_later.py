"""Reversals on a written-off loan, and payments posted as they should have been."""

from ledger.commands.correct_payment import CorrectPayment
from ledger.commands.issue_correction import IssueCorrection
from ledger.commands.record_recovery import RecordRecovery
from ledger.commands.undo_write_off import UndoWriteOff
from ledger.commands.write_off import WriteOff
from ledger.domain.chart import Account
from ledger.domain.loan import Loan, evolve
from ledger.errors import Refusal
from ledger.postings import entry_of
from proto.values import Key, Money
from tests.ledger.loan_commands import APPROVED, late_fee, refusal, repay, reverse
from tests.ledger.one_loan import OneLoan


def test_an_old_repayment_of_a_written_off_loan_adds_to_the_write_off() -> None:
    """The loan never returns but by its undo, which then brings back all of it."""
    loan = OneLoan()
    paid = loan.do(repay(170_00))
    loan.do(WriteOff(amount=None, **APPROVED))
    reversal = loan.do(reverse(paid))
    assert reversal is not None
    assert (loan.now.status, loan.now.total_outstanding) == ("WRITTEN_OFF", 0)
    legs = {leg.account: leg.debit - leg.credit for leg in entry_of("x", reversal).legs}
    assert legs == {Account.CASH: -170_00, Account.BAD_DEBT: 170_00}
    loan.do(UndoWriteOff(**APPROVED))
    assert (loan.now.principal, loan.now.fee_balance, loan.now.total_paid) == (500_00, 100_00, 0)


def test_a_recovery_is_reversed_while_the_loan_is_written_off() -> None:
    """Nothing is owed before or after; only income and cash go back."""
    loan = OneLoan()
    loan.do(WriteOff(amount=None, **APPROVED))
    recovered = loan.do(
        RecordRecovery(amount=Money(70_00), payment_reference=Key("R-1"), **APPROVED)
    )
    loan.do(reverse(recovered))
    assert (loan.now.recovered, loan.now.status) == (0, "WRITTEN_OFF")


def test_of_a_written_off_loan_only_money_is_taken_back() -> None:
    """A fee of it is what was written off."""
    loan = OneLoan()
    fee = loan.do(late_fee(10_00))
    loan.do(WriteOff(amount=None, **APPROVED))
    assert refusal(loan, reverse(fee)) is Refusal.WRITTEN_OFF


def test_a_write_off_its_undo_a_recovery_and_an_old_reversal_replay_to_the_same() -> None:
    """The fold of the same events is the same loan."""
    loan = OneLoan()
    paid = loan.do(repay(170_00))
    loan.do(WriteOff(amount=None, **APPROVED))
    loan.do(RecordRecovery(amount=Money(30_00), payment_reference=Key("R-1"), **APPROVED))
    loan.do(reverse(paid))
    loan.do(UndoWriteOff(**APPROVED))
    assert loan.now.total_outstanding == 570_00
    assert loan.now.total_paid == 30_00
    loan.do(WriteOff(amount=None, **APPROVED))
    assert loan.now.written_off is not None
    assert loan.now.written_off.amount == 570_00
    again: Loan | None = None
    for version, event in enumerate(loan.events, start=1):
        again = evolve(again, event, version, loan.at)
    assert again == loan.now


def test_a_corrected_payment_counts_as_it_should_have_been() -> None:
    """Reversed as of its own day and posted with the right amount, from the same day on."""
    loan = OneLoan()
    loan.pass_days(3)
    wrong = loan.do(repay(510_00, payment_reference=Key("DD-1")))
    loan.pass_days(4)
    assert wrong is not None
    correction = CorrectPayment(
        transaction_id=wrong.transaction_id, amount=Money(150_00), **APPROVED
    )
    loan.do(correction)
    reversal, right = loan.postings[-2:]
    assert (reversal.effective_date, right.effective_date) == ("2026-03-04", "2026-03-04")
    assert (loan.now.total_outstanding, loan.now.total_paid) == (450_00, 150_00)
    assert getattr(right, "payment_reference", "") == "DD-1"
    assert loan.now.instalments[0].paid_date == "2026-03-04"
    assert refusal(loan, correction) is Refusal.ALREADY_REVERSED


def test_only_a_payment_is_corrected() -> None:
    """A fee is reversed and charged anew."""
    loan = OneLoan()
    fee = loan.do(late_fee(10_00))
    assert fee is not None
    correction = CorrectPayment(transaction_id=fee.transaction_id, amount=Money(5_00), **APPROVED)
    assert refusal(loan, correction) is Refusal.NOT_REVERSIBLE


def test_a_message_is_corrected_once() -> None:
    """The dead letter's name is taken for good."""
    loan = OneLoan()
    correction = IssueCorrection(
        original_message_id=Key("1700000000000-0"),
        payment_reference=Key("DD-9"),
        amount=Money(150_00),
        **APPROVED,
    )
    posted = loan.do(correction)
    assert posted is not None
    assert (posted.reference_type, posted.reference_id) == ("MESSAGE", "1700000000000-0")
    assert refusal(loan, correction) is Refusal.MESSAGE_POSTED
