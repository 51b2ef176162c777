"""The story that the product was made for: a late fee that should never have been."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Caller, LedgerProcess, open_loan_request
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import refused

SYDNEY = ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_waiving_the_fee_that_a_repayment_paid_brings_the_loan_to_zero(
    ledger_alone: LedgerProcess,
) -> None:
    """The repayment paid the fee first, so waiving that fee pays the rest of the loan."""
    system, supervisor = ledger_alone.system, ledger_alone.caller("staff-supervisor")
    request = open_loan_request(
        customer_id="CUS-12345", loan_fee="0.00", instalments=1, opened=date(2025, 11, 1)
    )
    account = system.active_loan(request, at=datetime(2025, 11, 1, 10, tzinfo=SYDNEY))
    fee = system.late_fee(account, "15.00", at=datetime(2025, 11, 15, 0, 1, tzinfo=SYDNEY))
    paid = system.repay(account, "500.00", at=datetime(2025, 11, 15, 9, tzinfo=SYDNEY))
    assert (paid.allocated_to_fees, paid.allocated_to_principal) == ("15.00", "485.00")
    assert supervisor.balance(account).total_outstanding == "15.00"
    waived = supervisor.waive(
        account, "15.00", target_transaction_id=fee.transaction.transaction_id
    )
    assert waived.transaction.total_after == "0.00"
    assert [each.instalment_status for each in waived.applied_to_instalments] == ["PAID"]
    after = supervisor.balance(account)
    assert after.total_outstanding == "0.00"
    types = [e.event_type for e in system.entries() if e.subject_id == account][-5:]
    assert types == [
        "fee.waived.v1",
        "account.schedule.updated.v1",
        "account.updated.v1",
        "account.closed.v1",
        "loan.aging.updated.v1",
    ]
    check_books(system)


def test_no_more_of_a_named_fee_is_waived_than_there_is(system: Caller, supervisor: Caller) -> None:
    """Paid or not; the fees beside it are others."""
    account = system.active_loan(open_loan_request(loan_fee="100.00"))
    fee = system.late_fee(account, "15.00").transaction.transaction_id
    system.repay(account, "110.00")
    why = refused(supervisor.waive, account, "15.01", target_transaction_id=fee)
    assert (why.reason, why.field, why.limit) == ("WAIVER_EXCEEDS_FEE", "waiver_amount", "15.00")
    assert supervisor.waive(account, "15.00", target_transaction_id=fee)
    check_books(system)
