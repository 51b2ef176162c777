"""What is taken back late, in orders that happen seldom: no cent changes its kind or is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger import asking
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import approver, ask, person, undo, write_off
from tests.ledger.clocked import ClockedLedger
from tests.ledger.days import at, end_day, lend
from tests.ledger.taking_back import reverse


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
    reverse(able, account, paid, effective_date=str(lent))
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
    reverse(decides.caller, account, paid, effective_date=str(bounced))
    ledger.later(timedelta(days=1))
    end_day(ledger.system)
    owed = ledger.system.balance(account)
    assert (owed.principal_balance, owed.fee_balance) == ("500.00", "100.00")
    assert 0 < float(owed.interest_balance) < 2


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
    reverse(able, account, paid, effective_date=days[1])
    told = [
        asking.balance_at(system, account, effective_on=day).total_outstanding for day in days[:4]
    ]
    assert told == ["600.00", "600.00", "600.00", "580.00"]
    assert asking.statement(system, account, days[0], days[2]).closing_balance == told[2]
