"""A payment that is told late, or set right, leaves what it would have left on its own day."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.commands.command import Command
from ledger.commands.correct_payment import CorrectPayment
from ledger.commands.end_account_day import EndAccountDay, NothingToEnd
from ledger.domain.business_day import business_date
from proto import servicing_pb2 as pb
from proto.events import PostingEvent
from proto.values import Money
from tests.builders import Caller, LedgerProcess
from tests.counts import count
from tests.ledger import asking
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import approver, ask, person
from tests.ledger.days import at, end_day, lend
from tests.ledger.loan_commands import APPROVED, MINE, repay, reverse
from tests.ledger.one_loan import OneLoan
from tests.ledger.taking_back import correction
from tests.ledger.taking_back import reverse as take_back

DAYS = 10
LENT = date(2026, 3, 1)


def test_a_payment_told_late_and_a_corrected_one_end_as_one_on_time(
    ledger_alone: LedgerProcess,
) -> None:
    """Today, and as effective on every day since; the interest of each night is run in time."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    on_time, late, fixed = (_lend(system, lent) for _ in range(3))
    for night in range(1, 10):
        end_day(system, at(lent + timedelta(days=night), 0, 1))
        if night == 2:
            now = at(lent + timedelta(days=2), 10)
            system.repay(on_time, "5000.00", at=now)
            wrong = system.repay(fixed, "500.00", at=now).transaction.transaction_id
    system.repay(late, "5000.00", effective_date=str(lent + timedelta(days=2)))
    asked = pb.PreviewRequest(correct_payment=correction(fixed, wrong, "5000.00"))
    request = ask(ledger_alone.caller("staff-admin"), asked)
    approver(ledger_alone, {"reversal": "9000.00"}).approve(request.request_id)
    assert system.balance(on_time).total_outstanding == "1022.47"
    for other in (late, fixed):
        assert _balances(system, other, lent) == _balances(system, on_time, lent)
    check_books(system)


def test_payments_told_late_in_any_order_end_as_on_time(ledger_alone: LedgerProcess) -> None:
    """The last one was told first and paid fees and interest that earlier ones had paid."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    on_time, late = _lend(system, lent), _lend(system, lent)
    days = [lent + timedelta(days=each) for each in (2, 4, 7)]
    for day in days:
        system.repay(on_time, "1500.00", at=at(day, 10))
    end_day(system)
    for day in reversed(days):
        system.repay(late, "1500.00", effective_date=str(day))
    assert _balances(system, late, lent) == _balances(system, on_time, lent)
    check_books(system)


def test_a_payment_that_is_reversed_as_of_its_day_never_was(ledger_alone: LedgerProcess) -> None:
    """Neither today nor as effective on any day; the statement tells no interest saved."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    never, bounced = _lend(system, lent), _lend(system, lent)
    on = lent + timedelta(days=1)
    paid = system.repay(bounced, "3000.00", at=at(on, 10)).transaction.transaction_id
    end_day(system)
    supervisor = person(ledger_alone, "supervisor", {"reversal": "9000.00"})
    take_back(supervisor, bounced, paid, effective_date=str(on))
    assert _balances(system, bounced, lent) == _balances(system, never, lent)


def test_a_statement_tells_interest_as_what_is_known_today_makes_it(
    ledger_alone: LedgerProcess,
) -> None:
    """Each line's debt is that of its day; one line for each night, none for setting it right."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account = _lend(system, lent)
    for night in range(1, 10):
        end_day(system, at(lent + timedelta(days=night), 0, 1))
    system.repay(account, "5000.00", effective_date=str(lent + timedelta(days=2)))
    told = asking.statement(system, account, str(lent), str(asking.today()))
    assert [line.description for line in told.lines].count("Interest") == 9
    last_of_day = {line.date: line.balance for line in told.lines}
    for day, balance in last_of_day.items():
        assert asking.balance_at(system, account, effective_on=day).total_outstanding == balance
    debt = Money(0)
    for line in told.lines:
        debt = Money(debt + _cents(line.charge) - _cents(line.payment))
        assert str(debt) == line.balance
    assert told.closing_balance == system.balance(account).total_outstanding == "1022.47"


def test_a_statement_parts_the_interest_that_was_told_at_once(
    ledger_alone: LedgerProcess,
) -> None:
    """Paid off, and days later the money bounced: each day owes what it does on the account."""
    system, lent = ledger_alone.system, asking.today() - timedelta(days=9)
    account, days = _lend(system, lent), [str(lent + timedelta(days=each)) for each in range(9)]
    now = at(lent + timedelta(days=1))
    end_day(system, now)
    paid = system.repay(account, "6006.57", at=now).transaction.transaction_id
    supervisor = person(ledger_alone, "supervisor", {"reversal": "9000.00"})
    take_back(supervisor, account, paid, effective_date=days[1])
    system.repay(account, "1000.00", effective_date=days[5])
    for first, last in ((days[0], days[3]), (days[4], days[8])):
        told = asking.statement(system, account, first, last)
        owed = asking.balance_at(system, account, effective_on=last)
        assert told.closing_balance == owed.total_outstanding
    assert told.opening_balance == "6026.30"  # four days of $6.575


def _cents(amount: str) -> int:
    return Money.parse(amount or "0.00")


def _lend(caller: Caller, lent: date) -> str:
    return lend(caller, lent, rate="48", amount="5000.00", fee="1000.00")


def _balances(caller: Caller, account: str, lent: date) -> list[tuple[str, ...]]:
    """Give what is owed now, and as effective on each day since the loan was paid out."""
    days = [{"effective_on": str(lent + timedelta(days=each))} for each in range(10)]
    told = [asking.balance_at(caller, account, **when) for when in ({}, *days)]
    return [(each.principal_balance, each.interest_balance, each.fee_balance) for each in told]


payments = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.integers(1, 400_00)), min_size=1, max_size=4
)


@settings(deadline=None, max_examples=count(15, 1_000))
@given(payments, st.randoms(use_true_random=False), st.integers(0, 300_00))
@example([(0, 100_00), (0, 300_00), (7, 300_00)], None, 5_00)
def test_whatever_is_paid_when_and_however_it_is_told_the_end_is_the_same(
    paid: list[tuple[int, int]], order: object, wrong: int
) -> None:
    """Told on its day, later in any order, or at first with another amount."""
    on_time, told_late, corrected = (OneLoan(365_000) for _ in range(3))
    first_wrong: PostingEvent | None = None
    by_day = sorted(paid, key=lambda each: each[0])
    for day in range(DAYS + 1):
        for on, cents in by_day:
            if on != day:
                continue
            on_time.do(repay(cents))
            if first_wrong is None:
                first_wrong = corrected.do(repay(wrong or 1))
            else:
                corrected.do(repay(cents))
        for loan in (on_time, told_late, corrected):
            loan.pass_days(1)
            _end_yesterday(loan)
    late = list(by_day)
    if order is not None:
        order.shuffle(late)  # type: ignore[attr-defined]
    for on, cents in late:
        told_late.do(repay(cents, effective_date=str(LENT + timedelta(days=on))))
    assert first_wrong is not None
    corrected.do(_corrected(first_wrong, by_day[0][1]))
    assert _standing(told_late) == _standing(corrected) == _standing(on_time)


@settings(deadline=None, max_examples=count(15, 1_000))
@given(payments, st.integers(0, DAYS - 1), st.integers(1, 400_00))
def test_whatever_is_reversed_as_of_its_day_the_end_is_as_without(
    paid: list[tuple[int, int]], on: int, bounced: int
) -> None:
    """What was paid after it paid what was due without it."""
    without, with_it = OneLoan(365_000), OneLoan(365_000)
    wrong: PostingEvent | None = None
    for day in range(DAYS + 1):
        if day == on:
            wrong = with_it.do(repay(bounced))
        for cents in (cents for each, cents in paid if each == day):
            without.do(repay(cents))
            with_it.do(repay(cents))
        for loan in (without, with_it):
            loan.pass_days(1)
            _end_yesterday(loan)
    assert wrong is not None
    with_it.do(reverse(wrong, effective_date=str(wrong.effective_date)))
    assert _standing(with_it) == _standing(without)


def _corrected(wrong: PostingEvent, cents: int) -> Command:
    return CorrectPayment(transaction_id=wrong.transaction_id, amount=Money(cents), **APPROVED)


def _end_yesterday(loan: OneLoan) -> None:
    yesterday = business_date(loan.at) - timedelta(days=1)
    try:
        loan.do(EndAccountDay(business_date=yesterday, **MINE))
    except NothingToEnd:
        return


def _standing(loan: OneLoan) -> tuple[int, ...]:
    """What is owed either way after one night more; what of it are fees hangs on the telling."""
    loan.pass_days(1)
    _end_yesterday(loan)
    return (loan.now.total_outstanding, loan.now.overpayment)
