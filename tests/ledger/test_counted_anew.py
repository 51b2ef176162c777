"""What is taken back late, in orders that happen seldom: no cent changes its kind or is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from ledger.commands.end_account_day import EndAccountDay
from ledger.domain.business_day import business_date
from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger import asking
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import approver, ask, person, undo, write_off
from tests.ledger.clocked import ClockedLedger
from tests.ledger.days import at, end_day, lend
from tests.ledger.loan_commands import MINE, late_fee, repay, reverse, waive
from tests.ledger.one_loan import OneLoan
from tests.ledger.taking_back import reverse as take_back


@pytest.fixture
def ledger_in_time(data_dir: Path) -> Iterator[ClockedLedger]:
    """A ledger whose clock the test moves."""
    with ClockedLedger(data_dir) as process:
        yield process.with_staff()


def test_principal_stays_principal_when_money_was_refunded_that_was_due_after_all(
    ledger_alone: LedgerProcess,
) -> None:
    """Paid off twice, one of both refunded, then the other bounced: on principal there is interest.

    On its day the refund paid out what had paid the fee: it is the fee that is owed again.
    """
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account = lend(system, lent, rate="36.5")
    paid = system.repay(account, "600.00", at=at(lent, 10)).transaction.transaction_id
    again = at(lent + timedelta(days=1), 10)
    system.repay(account, "600.00", at=again)
    able = person(ledger_alone, "supervisor", {"refund": "2000.00", "reversal": "2000.00"})
    able.refund(account, "600.00", effective_date=str(lent + timedelta(days=3)))
    take_back(able, account, paid, effective_date=str(lent))
    end_day(system)
    owed = system.balance(account)
    assert (owed.principal_balance, owed.fee_balance) == ("500.00", "100.00")
    # A day of $500, two of next to nothing, six of $500 again.
    assert owed.interest_balance == "3.50"
    check_books(system)


def test_what_is_taken_back_as_of_a_day_in_a_write_off_is_owed_after_the_undo(
    ledger_in_time: ClockedLedger,
) -> None:
    """It was told after the undo, which therefore did not bring it."""
    ledger = ledger_in_time
    request = open_loan_request(loan_amount="500.00", loan_fee="100.00", opened=asking.today())
    request.annual_rate = "36.5"
    account, decides = ledger.system.active_loan(request), approver(ledger, {"reversal": "900.00"})
    support = ledger.caller("staff-support")
    paid = support.repay(account, "150.00").transaction.transaction_id
    bounced = asking.today() + timedelta(days=1)
    for command in (write_off, undo):
        ledger.later(timedelta(days=1))
        asked = ask(support, command(account))
        decides.approve(asked.request_id, decided_at=ledger.now())
    take_back(decides.caller, account, paid, effective_date=str(bounced))
    ledger.later(timedelta(days=1))
    end_day(ledger.system)
    owed = ledger.system.balance(account)
    assert (owed.principal_balance, owed.fee_balance) == ("500.00", "100.00")
    assert 0 < float(owed.interest_balance) < 2


@pytest.mark.parametrize("bounced_after", [0, 1, 3])
def test_a_statement_tells_no_debt_while_a_write_off_stood(
    ledger_in_time: ClockedLedger, bounced_after: int
) -> None:
    """A payment of before, or of its days, was taken back after the undo: it was given up too."""
    ledger, lent = ledger_in_time, asking.today()
    account, decides = ledger.system.active_loan(), approver(ledger, {"reversal": "900.00"})
    support = ledger.caller("staff-support")
    paid = support.repay(account, "150.00").transaction.transaction_id
    for command in (write_off, undo):
        ledger.later(timedelta(days=2))
        asked = ask(support, command(account))
        decides.approve(asked.request_id, decided_at=ledger.now())
    take_back(decides.caller, account, paid, effective_date=str(lent + timedelta(bounced_after)))
    days = [str(lent + timedelta(days=each)) for each in range(5)]
    told = [asking.statement(ledger.system, account, lent.isoformat(), day) for day in days]
    owed = [asking.balance_at(ledger.system, account, effective_on=day) for day in days]
    assert [each.closing_balance for each in told] == [each.total_outstanding for each in owed]
    assert [each.closing_balance for each in told[2:]] == ["0.00", "0.00", "600.00"]


def test_as_effective_before_a_later_payment_what_bounced_is_owed_whole(
    system: Caller, ledger: LedgerProcess
) -> None:
    """The later payment pays of it from its own day on, as the statement tells too."""
    lent = asking.today() - timedelta(days=9)
    days = [str(lent + timedelta(days=each)) for each in range(10)]
    account = lend(system, lent)
    paid = system.repay(account, "650.00", effective_date=days[1]).transaction.transaction_id
    system.repay(account, "20.00", effective_date=days[3])
    able = person(ledger, "supervisor", {"reversal": "900.00"})
    take_back(able, account, paid, effective_date=days[1])
    told = [
        asking.balance_at(system, account, effective_on=day).total_outstanding for day in days[:4]
    ]
    assert told == ["600.00", "600.00", "600.00", "580.00"]
    assert asking.statement(system, account, days[0], days[2]).closing_balance == told[2]


@pytest.mark.parametrize("told_late", [False, True])
def test_a_fee_that_is_waived_as_of_its_day_was_never_paid_by_a_later_payment(
    told_late: bool,  # noqa: FBT001 - drawn from a list
) -> None:
    """Whenever it is told: the payment paid principal on its own day, and none before."""
    loan = OneLoan(365_000)
    loan.do(repay(100_00))  # the establishment fee
    _nights(loan, 1)
    charged_on = str(business_date(loan.at))
    fee = loan.do(late_fee(100_00))
    assert fee is not None
    waiver = waive(100_00, fee.transaction_id)
    if not told_late:
        loan.do(waiver)
    _nights(loan, 5)
    loan.do(repay(100_00))
    _nights(loan, 2)
    if told_late:
        loan.do(msgspec.structs.replace(waiver, effective_date=charged_on))
    # Six days of $500.00 cost 50 cents each; they were paid first. Two of $403.00 cost 40.
    assert (loan.now.principal, loan.now.interest, loan.now.fee_balance) == (403_00, 80, 0)


def test_a_loan_paid_off_at_once_owes_the_interest_of_days_on_which_it_was_owed_after_all() -> None:
    """It bounced, and more was paid than was owed by then: no end of a day comes to it any more."""
    loan = OneLoan(365_000)
    day = business_date(loan.at)
    paid = loan.do(repay(600_00))
    loan.pass_days(7)
    loan.do(repay(700_00, effective_date=str(day + timedelta(days=6))))
    loan.do(reverse(paid, effective_date=str(day + timedelta(days=3))))
    assert (loan.now.status, loan.now.accrual.charged) == ("CLOSED", 1_50)
    assert loan.now.overpayment == 98_50


def _nights(loan: OneLoan, count: int) -> None:
    for _ in range(count):
        loan.pass_days(1)
        loan.do(EndAccountDay(business_date=business_date(loan.at) - timedelta(days=1), **MINE))
