"""Nothing is forgiven, given back or paid out from a day on which there was none of it."""

from datetime import date, timedelta

from proto import accounting_ledger_pb2 as ledger_pb
from tests.builders import Caller, LedgerProcess, new_key, open_loan_request
from tests.ledger import asking
from tests.ledger.approvers import person, refused
from tests.ledger.days import lend
from tests.ledger.taking_back import reverse


def _days_ago(days: int) -> str:
    return str(asking.today() - timedelta(days=days))


def test_a_fee_is_waived_from_the_day_on_which_it_was_charged(
    system: Caller, supervisor: Caller
) -> None:
    """Before it, it was not owed; the youngest of those that the waiver touches decides."""
    account = lend(system, asking.today() - timedelta(days=21))
    system.late_fee(account, "300.00", effective_date=_days_ago(3))
    late = refused(supervisor.waive, account, "300.00", effective_date=_days_ago(4))
    assert (late.reason, late.field) == ("DATE_OUT_OF_WINDOW", "effective_date")
    assert _days_ago(3) in late.sentence
    supervisor.waive(account, "100.00", effective_date=_days_ago(4))  # the establishment fee
    supervisor.waive(account, "300.00", effective_date=_days_ago(3))
    at = asking.balance_at(system, account, effective_on=_days_ago(4))
    assert at.total_outstanding == "500.00"


def test_a_fee_that_is_charged_again_is_waived_from_that_day_on(
    ledger: LedgerProcess, system: Caller
) -> None:
    """Its first waiver was taken back: until then nothing of it was owed."""
    supervisor = person(ledger, "supervisor", {"waiver": "500.00", "reversal": "500.00"})
    account = lend(system, asking.today() - timedelta(days=21))
    waived = supervisor.waive(account, "100.00", effective_date=_days_ago(9))
    reverse(supervisor, account, waived.transaction.transaction_id, effective_date=_days_ago(5))
    late = refused(supervisor.waive, account, "100.00", effective_date=_days_ago(6))
    assert late.reason == "DATE_OUT_OF_WINDOW"
    assert supervisor.waive(account, "100.00", effective_date=_days_ago(5))


def test_fees_are_adjusted_down_from_the_day_on_which_they_were_charged(
    system: Caller, supervisor: Caller
) -> None:
    """A change of principal alone may count from earlier."""
    account = lend(system, asking.today() - timedelta(days=21))
    system.late_fee(account, "20.00")
    late = refused(supervisor.adjust, account, "", "-120.00", effective_date=_days_ago(1))
    assert (late.reason, late.field) == ("DATE_OUT_OF_WINDOW", "effective_date")
    assert supervisor.adjust(account, "-10.00", effective_date=_days_ago(1))


def test_an_overpayment_is_refunded_from_the_day_since_which_it_is_owed(
    system: Caller, supervisor: Caller
) -> None:
    """All that is refunded must have been owed to the customer on each day since."""
    account = lend(system, asking.today() - timedelta(days=21))
    system.repay(account, "620.00", effective_date=_days_ago(8))
    system.repay(account, "80.00", effective_date=_days_ago(5))
    late = refused(supervisor.refund, account, "100.00", effective_date=_days_ago(6))
    assert (late.reason, late.field) == ("DATE_OUT_OF_WINDOW", "effective_date")
    assert _days_ago(5) in late.sentence
    supervisor.refund(account, "100.00", effective_date=_days_ago(5))
    at = asking.balance_at(system, account, effective_on=_days_ago(6))
    assert at.total_outstanding == "0.00"


def test_a_loan_is_paid_out_from_the_day_on_which_it_was_opened(system: Caller) -> None:
    """Before it there was no loan."""
    opened = asking.today() - timedelta(days=2)
    account = system.open_loan(open_loan_request(opened=opened))
    early = refused(_disburse, system, account, opened - timedelta(days=1))
    assert (early.reason, early.field) == ("DATE_OUT_OF_WINDOW", "effective_date")
    assert _disburse(system, account, opened).success


def _disburse(caller: Caller, account: str, on: date) -> ledger_pb.DisburseLoanResponse:
    request = ledger_pb.DisburseLoanRequest(
        loan_account_id=account,
        disbursement_amount="500.00",
        effective_date=str(on),
        idempotency_key=new_key(),
    )
    return caller.accounting.DisburseLoan(request, metadata=caller.metadata())
