"""A loan that is paid off before the end of its last days was run owes those days too."""

from datetime import date, timedelta

from proto import accounting_ledger_pb2 as ledger_pb
from tests.builders import LedgerProcess
from tests.ledger.accounts_check import check_books, loan_of
from tests.ledger.days import at, end_day, lend

LENT = date(2026, 3, 28)
RATE = "36.5"
"""A thousandth a day."""


def test_a_payment_of_all_first_brings_interest_up_to_its_day(ledger_alone: LedgerProcess) -> None:
    """Nobody saves interest by being quicker than the night: five days' are $2.50."""
    system = ledger_alone.system
    account = lend(system, LENT, rate=RATE, fee="0.00")
    paid_on = LENT + timedelta(days=5)
    answer = system.repay(account, "500.00", at=at(paid_on))
    assert answer.transaction.type == ledger_pb.REPAYMENT  # not the interest before it
    loan = loan_of(system, account)
    assert (loan.status, loan.total_outstanding, loan.accrual.charged) == ("ACTIVE", 2_50, 2_50)
    end_day(system, at(paid_on))
    assert loan_of(system, account).accrual.charged == 2_50
    system.repay(account, "2.50", at=at(paid_on, 10))
    assert loan_of(system, account).status == "CLOSED"
    check_books(system)


def test_what_exceeds_the_debt_pays_that_interest(ledger_alone: LedgerProcess) -> None:
    """The rest is owed to the customer; a stale version is refused as ever."""
    system = ledger_alone.system
    account = lend(system, LENT, rate=RATE, fee="0.00")
    version = system.balance(account).account_version
    paid_on = at(LENT + timedelta(days=5))
    system.repay(account, "510.00", at=paid_on, expected_version=version)
    loan = loan_of(system, account)
    assert (loan.status, loan.overpayment, loan.accrual.charged) == ("CLOSED", 7_50, 2_50)
    end_day(system, paid_on)
    assert loan_of(system, account).accrual.charged == 2_50
    check_books(system)
