"""What is told late and counts from earlier: interest, ageing and status come out right."""

from datetime import date, timedelta

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger import asking
from tests.ledger.accounts_check import check_books, loan_of
from tests.ledger.approvers import approver, ask, person, refused
from tests.ledger.days import at, end_day, lend
from tests.ledger.following import Following
from tests.ledger.taking_back import correction, reverse

LENT = date(2026, 3, 28)
RATE = "36.5"
"""A thousandth a day."""


def test_a_posting_counts_from_as_far_back_as_its_actor_may(
    ledger: LedgerProcess, support: Caller, supervisor: Caller
) -> None:
    """Thirty days for support, ninety for a supervisor; to no day that is still to come."""
    account = lend(ledger.system, asking.today() - timedelta(days=100))
    for caller, days in ((support, 30), (supervisor, 90)):
        for asked, accepted in ((days, True), (days + 1, False), (-1, False)):
            on = str(asking.today() - timedelta(days=asked))
            if accepted:
                assert caller.repay(account, "1.00", effective_date=on).transaction.effective_date
            else:
                why = refused(caller.repay, account, "1.00", effective_date=on)
                assert (why.reason, why.field) == ("DATE_OUT_OF_WINDOW", "effective_date")


def test_a_loan_is_opened_as_far_back_as_a_posting_counts(system: Caller) -> None:
    """Its date is nothing that anybody may choose at will: thirty days, and none to come."""
    for days, accepted in ((30, True), (31, False), (-1, False)):
        request = open_loan_request(opened=asking.today() - timedelta(days=days))
        if accepted:
            assert system.open_loan(request)
        else:
            why = refused(system.open_loan, request)
            assert (why.reason, why.field) == ("DATE_OUT_OF_WINDOW", "opened_date")


def test_nothing_counts_from_before_the_loan_was_paid_out(
    ledger: LedgerProcess, support: Caller
) -> None:
    """There was nothing to pay, to charge or to waive."""
    lent = asking.today() - timedelta(days=5)
    account = lend(ledger.system, lent)
    before = str(lent - timedelta(days=1))
    assert refused(support.repay, account, "1.00", effective_date=before).reason == (
        "DATE_OUT_OF_WINDOW"
    )
    assert support.repay(account, "1.00", effective_date=str(lent)).transaction.effective_date


def test_missed_days_before_an_overdue_instalment_are_caught_up_with(
    ledger_alone: LedgerProcess,
) -> None:
    """A reversal told an instalment overdue; the days before that one fell due end all the same."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account = lend(system, lent, rate=RATE)
    paid = system.repay(account, "600.00", at=at(lent)).transaction.transaction_id
    supervisor = person(ledger_alone, "supervisor", {"reversal": "1000.00"})
    reverse(supervisor, account, paid, effective_date=str(lent))
    assert len(end_day(system).business_dates) == 9
    loan = loan_of(system, account)
    assert (loan.status, loan.ageing.days_past_due) == ("SUSPENDED", 2)
    assert loan.interest == 4_50
    check_books(system)


def test_a_payment_that_is_told_late_pays_no_interest_of_the_days_after_it(
    ledger_alone: LedgerProcess,
) -> None:
    """It pays what was due on its own day; the rest of it is principal's from that day on."""
    system = ledger_alone.system
    account = lend(system, LENT, rate=RATE, amount="500000.00", fee="0.00")
    told_on = LENT + timedelta(days=10)
    end_day(system, at(told_on))
    system.repay(account, "105000.00", at=at(told_on), effective_date=str(LENT + timedelta(days=5)))
    # Five days of $500 are paid first: $397,500 are left, of which five days cost $1,987.50.
    loan = loan_of(system, account)
    assert (loan.principal, loan.interest) == (397_500_00, 1_987_50)
    end_day(system, at(told_on + timedelta(days=1)))
    assert loan_of(system, account).interest == 2_385_00
    check_books(system)


def test_a_paid_off_loan_on_which_interest_is_due_after_all_is_open_again(
    ledger_alone: LedgerProcess,
) -> None:
    """A payment came two days later than was told: the last one left a rest of principal."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account, paid = _paid_off(system, lent)
    asked = ask(
        ledger_alone.caller("staff-admin"),
        pb.PreviewRequest(
            correct_payment=correction(
                account, paid, "300.00", effective_date=str(lent + timedelta(days=4))
            )
        ),
    )
    approver(ledger_alone).approve(asked.request_id)
    loan = loan_of(system, account)
    assert (loan.status, loan.interest, loan.principal) == ("ACTIVE", 0, 60)
    assert asking.portfolio(system).total_active_accounts == 1
    Following(system).check()  # interest followed by itself: what was approved is the payment
    system.repay(account, "0.60")
    assert loan_of(system, account).status == "CLOSED"
    check_books(system)


def test_interest_due_after_all_is_paid_from_what_is_owed_to_the_customer(
    ledger_alone: LedgerProcess,
) -> None:
    """Nobody owes and is owed at the same time."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account, paid = _paid_off(system, lent)
    asked = ask(
        ledger_alone.caller("staff-admin"),
        pb.PreviewRequest(
            correct_payment=correction(
                account, paid, "301.00", effective_date=str(lent + timedelta(days=4))
            )
        ),
    )
    approver(ledger_alone).approve(asked.request_id)
    loan = loan_of(system, account)
    assert (loan.status, loan.total_outstanding, loan.overpayment) == ("CLOSED", 0, 40)
    check_books(system)


def _paid_off(system: Caller, lent: date) -> tuple[str, str]:
    """Lend $500 at a thousandth a day; $300 come on the second day, the rest on the fifth."""
    account = lend(system, lent, rate=RATE, fee="0.00")
    paid = system.repay(account, "300.00", at=at(lent + timedelta(days=2)))
    fifth = lent + timedelta(days=5)
    end_day(system, at(fifth))
    system.repay(account, system.balance(account).total_outstanding, at=at(fifth, 10))
    assert loan_of(system, account).status == "CLOSED"
    return account, paid.transaction.transaction_id


def test_a_waived_fee_that_was_paid_pays_other_fees_where_no_principal_is_left(
    ledger: LedgerProcess, system: Caller
) -> None:
    """Only what exceeds all that is owed is owed to the customer; a reversal puts it back."""
    limits = dict.fromkeys(("waiver", "adjustment", "reversal"), "1000.00")
    supervisor = person(ledger, "supervisor", limits)
    account = system.active_loan()
    system.repay(account, "100.00")
    system.late_fee(account, "20.00")
    supervisor.adjust(account, "-500.00")
    waived = supervisor.waive(account, "100.00", target_transaction_id=f"TXN-{account}-4")
    loan = loan_of(system, account)
    assert (loan.status, loan.total_outstanding, loan.overpayment) == ("CLOSED", 0, 80_00)
    reverse(supervisor, account, waived.transaction.transaction_id)
    loan = loan_of(system, account)
    assert (loan.status, loan.fee_balance, loan.overpayment) == ("ACTIVE", 20_00, 0)
    check_books(system)
