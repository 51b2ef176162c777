"""A transaction is taken back exactly, whatever came after it, and the books tie."""

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.commands.command import Command
from ledger.commands.end_account_day import EndAccountDay, NothingToEnd
from ledger.commands.refund_overpayment import RefundOverpayment
from ledger.commands.reverse_transaction import ReverseTransaction
from ledger.domain.business_day import business_date
from ledger.domain.chart import Account
from ledger.errors import Refusal, Refused
from ledger.postings import entry_of
from proto.events import PostingEvent
from proto.values import Key, Money
from tests.ledger.loan_commands import (
    APPROVED,
    MINE,
    adjust,
    late_fee,
    refusal,
    repay,
    reverse,
    waive,
)
from tests.ledger.one_loan import OneLoan, standing


def test_a_reversed_repayment_leaves_the_loan_as_it_was() -> None:
    """Balances, fees and instalments; only the history is longer."""
    loan = OneLoan()
    before = standing(loan.now)
    loan.do(reverse(loan.do(repay(170_00))))
    assert standing(loan.now) == before


def test_a_paid_off_loan_is_open_again_when_its_payment_is_reversed() -> None:
    """The reversal leaves a balance, so the account is active, and late if its day has passed."""
    loan = OneLoan()
    loan.pass_days(10)
    paid = loan.do(repay(650_00))
    assert loan.now.status == "CLOSED"
    loan.do(reverse(paid))
    assert (loan.now.status, loan.now.total_outstanding) == ("SUSPENDED", 600_00)
    assert (loan.now.ageing.bucket, loan.now.overpayment) == ("early_arrears", 0)
    assert loan.now.instalments[0].status == "OVERDUE"


def test_an_older_repayment_is_reversed_under_a_newer_one() -> None:
    """What the newer one paid too much by then pays what is owed again."""
    loan = OneLoan()
    first = loan.do(repay(200_00))
    loan.do(repay(450_00))
    loan.do(reverse(first))
    assert (loan.now.total_outstanding, loan.now.overpayment) == (150_00, 0)
    assert loan.now.total_paid == 450_00


def test_a_reversed_fee_that_was_paid_pays_principal_instead() -> None:
    """The customer's money stays; it is income no more."""
    loan = OneLoan()
    fee = loan.do(late_fee(10_00))
    loan.do(repay(150_00))
    reversal = loan.do(reverse(fee))
    assert reversal is not None
    assert (loan.now.fee_balance, loan.now.principal) == (0, 450_00)
    legs = {leg.account: leg.debit - leg.credit for leg in entry_of("x", reversal).legs}
    assert legs == {Account.LATE_FEE_INCOME: 10_00, Account.PRINCIPAL: -10_00}


def test_a_repayment_whose_fee_was_waived_since_comes_back_as_principal() -> None:
    """The fee is not owed any more; the money that paid it had moved to principal."""
    loan = OneLoan()
    fee = loan.do(late_fee(10_00))
    assert fee is not None
    paid = loan.do(repay(150_00))
    loan.do(waive(10_00, fee.transaction_id))
    loan.do(reverse(paid))
    assert (loan.now.principal, loan.now.fee_balance) == (500_00, 100_00)


def test_what_was_refunded_since_cannot_be_taken_back() -> None:
    """The sentence names the refund; once that is reversed, so can the payment be."""
    loan = OneLoan()
    paid = loan.do(repay(650_00))
    refunded = loan.do(RefundOverpayment(amount=Money(50_00), **APPROVED))
    assert refusal(loan, reverse(paid)) is Refusal.PAID_OUT_SINCE
    loan.do(reverse(refunded))
    loan.do(reverse(paid))
    assert (loan.now.total_outstanding, loan.now.overpayment) == (600_00, 0)


def test_a_transaction_is_reversed_once_and_only_of_a_kind_that_can_be() -> None:
    """Not twice; no disbursement, no establishment fee, no reversal; none that is not there."""
    loan = OneLoan()
    paid = loan.do(repay(10_00))
    reversal = loan.do(reverse(paid))
    assert refusal(loan, reverse(paid)) is Refusal.ALREADY_REVERSED
    for posted in (reversal, *loan.postings[:2]):
        assert refusal(loan, reverse(posted)) is Refusal.NOT_REVERSIBLE
    missing = ReverseTransaction(transaction_id=Key("TXN-none"), **APPROVED)
    assert refusal(loan, missing) is Refusal.NO_SUCH_TRANSACTION


def test_a_reversal_counts_from_no_day_before_the_transaction() -> None:
    """Otherwise it would take back what was not there yet."""
    loan = OneLoan()
    loan.pass_days(5)
    paid = loan.do(repay(10_00))
    assert refusal(loan, reverse(paid, effective_date="2026-03-05")) is Refusal.DATE_OUT_OF_WINDOW


def test_a_waived_fee_has_nothing_left_to_reverse() -> None:
    """The waiver is what can be reversed; then the fee stands again and can be."""
    loan = OneLoan()
    fee = loan.do(late_fee(10_00))
    assert fee is not None
    waiver = loan.do(waive(10_00, fee.transaction_id))
    assert refusal(loan, reverse(fee)) is Refusal.ALREADY_REVERSED
    loan.do(reverse(waiver))
    loan.do(reverse(fee))
    assert loan.now.fee_balance == 100_00


def test_a_reversed_repayment_brings_back_the_interest_since() -> None:
    """As of the day that it counts from, as if it had never been paid."""
    with_it, without = OneLoan(365_000), OneLoan(365_000)
    for loan in (with_it, without):
        loan.pass_days(2)
    paid = with_it.do(repay(300_00))
    for loan in (with_it, without):
        loan.pass_days(10)
        loan.do(_day_ended(loan))
    assert with_it.now.interest < without.now.interest
    assert paid is not None
    with_it.do(reverse(paid, effective_date=str(paid.effective_date)))
    assert standing(with_it.now) == standing(without.now)
    assert with_it.now.accrual.charged == without.now.accrual.charged


def _day_ended(loan: OneLoan) -> Command:
    """End yesterday for the loan."""
    return EndAccountDay(business_date=business_date(loan.at) - timedelta(days=1), **MINE)


steps = st.lists(
    st.one_of(
        st.builds(repay, st.integers(1, 400_00)),
        st.builds(late_fee, st.integers(1, 40_00)),
        st.builds(waive, st.integers(1, 60_00)),
        st.builds(adjust, st.integers(-100_00, 100_00).filter(bool), st.just(0)),
        st.builds(adjust, st.just(0), st.integers(-50_00, 50_00).filter(bool)),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=8,
)


def attempt(loan: OneLoan, step: Command | int) -> PostingEvent | None:
    """Do a step, or reverse the transaction in that place; a refusal changes nothing."""
    try:
        if isinstance(step, int):
            return loan.do(reverse(loan.postings[step % len(loan.postings)]))
        return loan.do(step)
    except Refused:
        return None


@settings(deadline=None)
@given(steps)
def test_a_reversal_is_an_inverse(sequence: list[Command | int]) -> None:
    """The last transaction of any history, reversed at once, leaves the loan as before it."""
    loan = OneLoan()
    for step in sequence[:-1]:
        attempt(loan, step)
    before = standing(loan.now)
    posted = attempt(loan, sequence[-1])
    if posted is None or posted.transaction_type == "REVERSAL":
        return
    loan.do(reverse(posted))
    assert standing(loan.now) == before


@settings(deadline=None)
@given(st.lists(steps, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_any_transactions_are_reversed_in_any_order(
    sequences: list[list[Command | int]], chance: Random
) -> None:
    """Each step keeps balances, fees and instalments in agreement, or is refused."""
    loan = OneLoan(120_000)
    for sequence in sequences:
        loan.pass_days(chance.randint(1, 9))
        with suppress(NothingToEnd):
            loan.do(_day_ended(loan))
        for step in sequence:
            attempt(loan, step)
    reversible = loan.postings
    chance.shuffle(reversible)
    for posted in reversible:
        reason = _reason(loan, posted)
        assert reason in {None, *EXPECTED}


EXPECTED: Final = {
    Refusal.NOT_REVERSIBLE,
    Refusal.ALREADY_REVERSED,
    Refusal.PAID_OUT_SINCE,
}


def _reason(loan: OneLoan, posted: PostingEvent) -> Refusal | None:
    try:
        loan.do(reverse(posted))
    except Refused as refused:
        return refused.reason
    return None
