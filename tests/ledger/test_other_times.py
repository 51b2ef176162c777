"""What was owed: as it was known then, as it counts from then, and on a statement."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest

from tests.builders import Caller, open_loan_request, refusal_of
from tests.ledger import asking
from tests.ledger.days import at, lend


def _backdated(system: Caller) -> tuple[str, datetime, str]:
    """A loan of ten days ago; today a payment is recorded that counts from five days ago."""
    earlier = datetime.now(UTC) - timedelta(days=10)
    account = system.active_loan(open_loan_request(opened=earlier.date()), at=earlier)
    day = asking.today() - timedelta(days=5)
    system.late_fee(account, "15.00")
    system.repay(account, "200.00", effective_date=day.isoformat())
    return account, earlier, day.isoformat()


def test_as_known_then_is_what_the_books_said_then(system: Caller) -> None:
    """What was recorded later is no part of it, wherever it counts from."""
    account, _, _ = _backdated(system)
    then = datetime.now(UTC) - timedelta(days=4)
    found = asking.balance_at(system, account, known_at=then)
    assert (found.total_outstanding, found.account_version) == ("600.00", 5)
    now = asking.balance_at(system, account)
    assert now.total_outstanding == "415.00"
    assert now.account_version == system.balance(account).account_version


def test_as_effective_is_what_today_says_about_then(system: Caller) -> None:
    """The payment counts from its effective date; the fee of today does not count then.

    Recorded today it paid the fee; on its day there was none, so there it is principal's.
    """
    account, _, day = _backdated(system)
    found = asking.balance_at(system, account, effective_on=day)
    assert (found.fee_balance, found.principal_balance) == ("0.00", "400.00")
    assert found.total_outstanding == "400.00"
    day_before = (asking.today() - timedelta(days=6)).isoformat()
    assert asking.balance_at(system, account, effective_on=day_before).total_outstanding == "600.00"


def test_both_senses_together(system: Caller) -> None:
    """As effective on a day by what was known at an instant: the back-dated payment is not in."""
    account, _, day = _backdated(system)
    then = datetime.now(UTC) - timedelta(days=4)
    found = asking.balance_at(system, account, known_at=then, effective_on=day)
    assert found.total_outstanding == "600.00"


def test_before_the_account_was_known_there_is_no_balance(system: Caller) -> None:
    """NOT_FOUND, never a balance of zero."""
    account, earlier, _ = _backdated(system)
    with pytest.raises(grpc.RpcError) as refused:
        asking.balance_at(system, account, known_at=earlier - timedelta(days=1))
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    assert refusal_of(refused.value).field == "known_at"


def test_a_statement_adds_up_line_by_line_from_opening_to_closing(system: Caller) -> None:
    """Lines stand by the date from which they count; the balance is the debt after each."""
    account, _, day = _backdated(system)
    today = asking.today().isoformat()
    found = asking.statement(system, account, day, today)
    assert found.opening_balance == "600.00"
    assert [(line.payment, line.charge, line.balance) for line in found.lines] == [
        ("200.00", "", "400.00"),
        ("", "15.00", "415.00"),
    ]
    assert (found.closing_balance, found.fees_charged, found.payments_received) == (
        "415.00",
        "15.00",
        "200.00",
    )
    assert found.closing_balance == system.balance(account).total_outstanding


def test_a_statement_says_what_is_owed_back(system: Caller) -> None:
    """The debt never falls below zero; the rest of the money is told in words."""
    account = system.active_loan()
    system.repay(account, "650.00")
    today = asking.today().isoformat()
    found = asking.statement(system, account, "2000-01-01", today)
    assert (found.closing_balance, found.payments_received) == ("0.00", "650.00")
    assert "$50.00" in found.lines[-1].description
    assert found.lines[-1].payment == "600.00"


def test_a_statement_never_tells_a_debt_below_zero(system: Caller) -> None:
    """A payment that counts from before the fee that it paid is kept for it until then."""
    lent = asking.today() - timedelta(days=10)
    account = lend(system, lent)
    system.late_fee(account, "20.00", at=at(lent + timedelta(days=8)))
    system.repay(account, "620.00", effective_date=str(lent + timedelta(days=3)))
    told = asking.statement(system, account, str(lent), str(lent + timedelta(days=5)))
    assert (told.lines[-1].payment, told.lines[-1].balance) == ("600.00", "0.00")
    assert told.lines[-1].description == "Repayment; $20.00 kept as owed to you"
    assert told.closing_balance == "0.00"
    rest = asking.statement(system, account, str(lent + timedelta(days=6)), str(asking.today()))
    assert (rest.opening_balance, rest.closing_balance) == ("0.00", "0.00")
    assert rest.lines[-1].description.endswith("; $20.00 of what was owed to you")
    assert not rest.lines[-1].charge
