"""What is taken back is told alike by the books and by the read models that follow them."""

from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger import asking
from tests.ledger.accounts_check import as_entry, check_loan, loan_of
from tests.ledger.approvers import Approver, approver, ask, write_off
from tests.ledger.mirrored import Mirrored
from tests.ledger.taking_back import correction, reverse


def check_alike(caller: Caller, account: str) -> None:
    """Hold the account, its read model and the sums over accounts against one another."""
    mirrored, loan = Mirrored(), loan_of(caller, account)
    for entry in map(as_entry, caller.entries()):
        if entry.subject_id == account:
            mirrored.take(entry)
    check_loan(loan)
    mirrored.check(account, loan)
    told = asking.state_at(caller, account, loan.version)
    mirrored.check_balances(account, told.balances)
    mirrored.check_portfolio([loan])


def somebody(ledger: LedgerProcess) -> Approver:
    """Give a supervisor who may do all of it."""
    return approver(ledger, dict.fromkeys(("write_off", "adjustment", "reversal"), "5000.00"))


def test_a_correction_that_leaves_nothing_to_pay_leaves_the_account_paid_off(
    ledger: LedgerProcess, system: Caller
) -> None:
    """What is owed between the wrong payment and the right one opens nothing."""
    account = system.active_loan()
    paid = system.repay(account, "600.00").transaction.transaction_id
    wanted = pb.PreviewRequest(correct_payment=correction(account, paid, "650.00"))
    somebody(ledger).approve(ask(ledger.caller("staff-admin"), wanted).request_id)
    assert loan_of(system, account).status == "CLOSED"
    check_alike(system, account)


def test_a_fee_that_a_reversal_brings_back_is_written_off_with_the_rest(
    ledger: LedgerProcess, system: Caller
) -> None:
    """The payment of a fee is taken back after the write-off: nobody is asked for the fee."""
    account, supervisor = system.active_loan(), somebody(ledger)
    paid = system.repay(account, "580.00").transaction.transaction_id
    supervisor.approve(ask(ledger.caller("staff-support"), write_off(account)).request_id)
    reverse(supervisor.caller, account, paid)
    (fee,) = loan_of(system, account).fees
    assert (fee.paid, fee.written_off) == (0, 100_00)
    check_alike(system, account)


def test_instalments_ask_for_what_is_owed_once_paid_principal_was_none(
    ledger: LedgerProcess, system: Caller
) -> None:
    """An adjustment is taken back that turned a fee into principal, which was paid since."""
    account = system.active_loan(open_loan_request(loan_fee="33.33", instalments=1))
    supervisor = somebody(ledger).caller
    adjusted = supervisor.adjust(account, "33.31", "-33.33").transaction.transaction_id
    system.repay(account, "531.76")
    reverse(supervisor, account, adjusted)
    loan = loan_of(system, account)
    assert (loan.principal, loan.fee_balance, loan.instalments[0].remaining) == (0, 1_57, 1_57)
    check_alike(system, account)


def test_instalments_ask_for_all_that_is_owed_once_two_adjustments_are_taken_back(
    ledger: LedgerProcess, system: Caller
) -> None:
    """The first one first: what it had added was written down by the second, and never paid.

    Nor was the fee: no more principal is owed than was lent.
    """
    account, supervisor = system.active_loan(), somebody(ledger).caller
    first = supervisor.adjust(account, "157.60", "-100.00").transaction.transaction_id
    second = supervisor.adjust(account, "-657.60").transaction.transaction_id
    reverse(supervisor, account, first)
    reverse(supervisor, account, second)
    loan = loan_of(system, account)
    asked = sum(each.remaining for each in loan.instalments)
    assert (loan.principal, loan.fee_balance, asked) == (500_00, 100_00, 600_00)
    check_alike(system, account)
