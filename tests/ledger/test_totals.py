"""The books as a whole: they balance, and they are what the accounts of the customers say."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest

from ledger.general_ledger import COLUMNS, Column
from proto import accounting_ledger_pb2 as ledger_pb
from proto.values import Money
from tests.builders import Caller, LedgerProcess, open_loan_request, refusal_of
from tests.ledger import asking

CASH, PRINCIPAL, FEES, WAIVERS, OVERPAYMENTS = "1000", "1100", "1200", "4900", "2100"


def _added(moved: ledger_pb.AccountMovements) -> int:
    parts = (getattr(moved, column.value) for column in Column)
    return sum(map(Money.parse, (moved.opening_balance, *parts)))


def test_every_cent_of_a_loan_is_in_the_trial_balance(ledger_alone: LedgerProcess) -> None:
    """Debits are credits, and each account stands where the story puts it."""
    system, admin = ledger_alone.system, ledger_alone.caller("staff-admin")
    account = system.active_loan()
    system.late_fee(account, "15.00")
    ledger_alone.caller("staff-support").waive(account, "10.00")
    system.repay(account, "700.00")
    books = asking.trial_balance(admin)
    assert sum(books.values()) == 0
    assert (books[CASH], books[PRINCIPAL], books[FEES]) == (200_00, 0, 0)
    assert (books[WAIVERS], books[OVERPAYMENTS]) == (10_00, -95_00)


def test_a_day_is_not_changed_by_what_comes_later(ledger_alone: LedgerProcess) -> None:
    """Figures are as of the business date on which things were recorded."""
    system = ledger_alone.system
    earlier = datetime.now(UTC) - timedelta(days=10)
    account = system.active_loan(open_loan_request(opened=earlier.date()), at=earlier)
    nine_days_ago = (asking.today() - timedelta(days=9)).isoformat()
    before = asking.trial_balance(system, nine_days_ago)
    assert before[PRINCIPAL] == 500_00
    system.repay(account, "600.00", effective_date=nine_days_ago)
    assert asking.trial_balance(system, nine_days_ago) == before
    assert asking.trial_balance(system)[PRINCIPAL] == 0
    then, now = asking.portfolio(system, nine_days_ago), asking.portfolio(system)
    assert (then.total_active_accounts, now.total_active_accounts) == (1, 0)
    assert (then.total_receivables, now.total_receivables) == ("600.00", "0.00")


def test_movements_of_a_period_add_up_and_say_what_moved(ledger_alone: LedgerProcess) -> None:
    """Opening and all columns are the closing, for each receivable, in every period."""
    system = ledger_alone.system
    earlier = datetime.now(UTC) - timedelta(days=10)
    account = system.active_loan(open_loan_request(opened=earlier.date()), at=earlier)
    system.late_fee(account, "15.00")
    ledger_alone.caller("staff-support").waive(account, "10.00")
    system.repay(account, "55.00")
    today = asking.today().isoformat()
    whole = asking.reconciliation(system, "2000-01-01", today)
    latest = asking.reconciliation(system, today, today)
    for found in (whole, latest):
        for moved in (found.principal_receivable, found.fees_receivable):
            assert _added(moved) == Money.parse(moved.closing_balance)
        assert found.integrity_check.principal_match
        assert found.integrity_check.fee_match
    assert (latest.fees_receivable.opening_balance, latest.fees_receivable.late_fees) == (
        "100.00",
        "15.00",
    )
    assert (latest.fees_receivable.fee_waivers, latest.fees_receivable.repayments) == (
        "-10.00",
        "-55.00",
    )
    assert whole.principal_receivable.disbursements == "500.00"
    assert (whole.establishment_fee_income, whole.late_fee_income) == ("100.00", "15.00")
    assert (whole.fee_waivers, whole.net_fee_income) == ("10.00", "105.00")


def test_every_transaction_type_has_a_column() -> None:
    """A type without one would be missing between opening and closing."""
    ours = set(ledger_pb.TransactionType.keys()) - {"TRANSACTION_TYPE_UNSPECIFIED", "REVERSAL"}
    assert ours == set(COLUMNS)


def test_totals_are_ready_again_after_a_restart(ledger_alone: LedgerProcess) -> None:
    """They are folded from the journal and kept nowhere else."""
    account = ledger_alone.system.active_loan()
    before = asking.trial_balance(ledger_alone.system)
    ledger_alone.stop()
    ledger_alone.start()
    assert asking.trial_balance(ledger_alone.system) == before
    ledger_alone.system.repay(account, "600.00")
    assert asking.portfolio(ledger_alone.system).total_receivables == "0.00"


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("", "2026-01-01", "period_start"),
        ("2026-01-01", "", "period_end"),
        ("2026-13-01", "2026-01-01", "period_start"),
        ("2026-01-02", "2026-01-01", "period_end"),
        ("2026-01-01", "2999-01-01", "period_end"),
    ],
)
def test_a_period_is_two_days_in_order_that_have_begun(
    system: Caller, first: str, last: str, field: str
) -> None:
    """Nobody is told figures of a day that is still to come."""
    with pytest.raises(grpc.RpcError) as refused:
        asking.reconciliation(system, first, last)
    assert refusal_of(refused.value).field == field
