"""Write-off, recovery, undo: nothing is lost on the way out of the books and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands.end_account_day import EndAccountDay
from ledger.commands.record_recovery import RecordRecovery
from ledger.commands.record_repayment import RecordRepayment
from ledger.commands.undo_write_off import UndoWriteOff
from ledger.commands.write_off import WriteOff
from ledger.domain import loan as loans
from ledger.domain.chart import Account
from ledger.errors import Refusal, Refused
from proto.events import AccountClosed, AccountStatusChanged, AccountWrittenOff, WriteOffUndone
from proto.values import Code, Money
from tests.ledger.account_scene import ACCOUNT, TODAY, AccountScene
from tests.ledger.loan_commands import APPROVED, refusal
from tests.ledger.one_loan import OneLoan


def test_a_write_off_takes_the_whole_balance_to_bad_debt_and_closes_the_account() -> None:
    """Nothing is owed in the books any more; the instalments stand as they were."""
    scene = AccountScene()
    scene.late_fee(15_00)
    scene.repay(150_00)
    schedule = scene.loan.instalments
    written_off, closed = scene.write_off()[:2]
    assert isinstance(written_off, AccountWrittenOff)
    assert (written_off.amount, written_off.total_after) == (465_00, 0)
    assert isinstance(closed, AccountClosed)
    assert (closed.closure_reason, closed.final_balance) == ("WRITTEN_OFF", 0)
    assert scene.loan.instalments == schedule
    assert scene.books[Account.BAD_DEBT] == 465_00


def test_a_write_off_of_a_part_is_refused_with_the_balance() -> None:
    """What was asked for is the balance, or nothing is done."""
    scene = AccountScene()
    with pytest.raises(Refused) as refused:
        scene.write_off(599_99)
    assert refused.value.reason is Refusal.AMOUNT_NOT_BALANCE
    assert (refused.value.field, refused.value.limit) == ("amount", 600_00)
    scene.write_off(600_00)


def test_a_loan_on_which_nothing_is_owed_is_not_written_off() -> None:
    """It is paid off and closed."""
    scene = AccountScene()
    scene.repay(600_00)
    with pytest.raises(Refused) as refused:
        scene.write_off()
    assert refused.value.reason is Refusal.ACCOUNT_CLOSED


def test_a_written_off_loan_takes_no_repayment() -> None:
    """Money after a write-off is a recovery, a command of its own."""
    scene = AccountScene()
    scene.write_off()
    with pytest.raises(Refused) as refused:
        scene.do(RecordRepayment(loan_account_id=ACCOUNT, amount=Money(1)))
    assert refused.value.reason is Refusal.WRITTEN_OFF


def test_a_recovery_is_income_and_no_more_than_was_written_off() -> None:
    """The debt is out of the books already, so the money cannot reduce it."""
    scene = AccountScene()
    scene.write_off()
    scene.recover(100_00)
    assert scene.books[Account.RECOVERY_INCOME] == -100_00
    assert scene.loan.total_outstanding == 0
    with pytest.raises(Refused) as refused:
        scene.recover(500_01)
    assert refused.value.reason is Refusal.RECOVERY_EXCEEDS_WRITE_OFF
    assert (refused.value.field, refused.value.limit) == ("amount", 500_00)
    scene.recover(500_00)


def test_only_a_written_off_loan_has_recoveries_and_an_undo() -> None:
    """An active loan takes repayments."""
    scene = AccountScene()
    for act in (scene.undo, lambda: scene.recover(1_00)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Refusal.NOT_WRITTEN_OFF


def test_an_undo_gives_back_exactly_what_was_taken() -> None:
    """Principal, interest, fees, instalments: as before; the undo points at the write-off."""
    scene = AccountScene()
    scene.late_fee(15_00)
    scene.repay(100_00)
    before, books = scene.loan, dict(scene.books)
    written_off = scene.write_off()[0]
    undone = scene.undo()[0]
    assert isinstance(written_off, AccountWrittenOff)
    assert isinstance(undone, WriteOffUndone)
    assert undone.original_transaction_id == written_off.transaction_id
    now = scene.loan
    assert (now.principal, now.interest, now.fee_balance) == (
        before.principal,
        before.interest,
        before.fee_balance,
    )
    assert (now.fees, now.instalments, now.status) == (before.fees, before.instalments, "ACTIVE")
    assert {account: cents for account, cents in scene.books.items() if cents} == {
        account: cents for account, cents in books.items() if cents
    }


def test_what_was_recovered_counts_as_paid_once_the_write_off_is_undone() -> None:
    """The income goes back, the same money pays fees, then principal, and the instalments."""
    paid, recovered = AccountScene(), AccountScene()
    paid.repay(120_00)
    recovered.write_off()
    recovered.recover(80_00)
    recovered.recover(40_00)
    recovered.undo()
    assert recovered.books[Account.RECOVERY_INCOME] == recovered.books[Account.BAD_DEBT] == 0
    assert recovered.books[Account.CASH] == paid.books[Account.CASH]
    assert recovered.loan.total_outstanding == paid.loan.total_outstanding == 480_00
    assert recovered.loan.total_paid == paid.loan.total_paid == 120_00
    assert [i.remaining for i in recovered.loan.instalments] == [
        i.remaining for i in paid.loan.instalments
    ]
    assert recovered.loan.recoveries == ()


def test_an_undo_after_everything_was_recovered_leaves_a_loan_that_is_paid_off() -> None:
    """The debt stands again and is paid in the same command."""
    scene = AccountScene()
    scene.write_off()
    scene.recover(600_00)
    closed = next(each for each in scene.undo() if isinstance(each, AccountClosed))
    assert (closed.closure_reason, closed.total_paid) == ("PAID_OFF", 600_00)
    assert scene.loan.status == loans.CLOSED


def test_a_written_off_loan_never_returns_but_by_the_undo() -> None:
    """I10: whatever event says otherwise is a bug, and stops."""
    scene = AccountScene()
    scene.write_off()
    changed = AccountStatusChanged(account_id=ACCOUNT, new_status=Code("ACTIVE"))
    with pytest.raises(ValueError, match="written off"):
        loans.evolve(scene.loan, changed, scene.loan.version + 1, scene.loan.updated_at)


@pytest.mark.parametrize("command", [WriteOff, UndoWriteOff])
def test_a_write_off_and_its_undo_count_from_the_day_of_their_posting(
    command: type[WriteOff] | type[UndoWriteOff],
) -> None:
    """They move the balance as it is now, so no other date can be asked for."""
    loan = OneLoan()
    loan.pass_days(5)
    if command is UndoWriteOff:
        loan.do(WriteOff(**APPROVED))
    for asked in ("2026-03-03", "2026-03-05", "2026-03-07"):
        told = refusal(loan, command(effective_date=asked, **APPROVED))
        assert told is Refusal.DATE_OUT_OF_WINDOW


def test_money_from_before_a_write_off_is_no_recovery() -> None:
    """It is a repayment that came too late into the books: the write-off is undone first."""
    loan = OneLoan()
    loan.pass_days(5)
    loan.do(WriteOff(**APPROVED))
    loan.pass_days(5)
    before = RecordRecovery(amount=Money(10_00), effective_date="2026-03-05", **APPROVED)
    assert refusal(loan, before) is Refusal.DATE_OUT_OF_WINDOW
    loan.do(RecordRecovery(amount=Money(10_00), effective_date="2026-03-06", **APPROVED))
    assert loan.now.recovered == 10_00


def test_interest_stands_still_while_a_loan_is_written_off() -> None:
    """What was accrued is written off with the rest, stays so, and comes back with the undo."""
    scene = AccountScene(annual_rate_ppm=365_000)
    scene.do(EndAccountDay(loan_account_id=ACCOUNT, business_date=TODAY))
    assert scene.loan.interest == 50
    written_off = scene.write_off()[0]
    assert isinstance(written_off, AccountWrittenOff)
    assert (written_off.interest_delta, written_off.amount) == (-50, 600_50)
    assert (scene.loan.interest, scene.loan.overpayment) == (0, 0)
    scene.undo()
    assert (scene.loan.interest, scene.loan.principal, scene.loan.fee_balance) == (
        50,
        500_00,
        100_00,
    )


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["repay", "late_fee", "write_off", "recover", "undo"]),
            st.integers(1, 300_00),
        ),
        max_size=12,
    )
)
def test_no_order_of_write_offs_recoveries_and_undos_breaks_the_books(
    steps: list[tuple[str, int]],
) -> None:
    """After each step the account ties to the general ledger, and a replay gives the same."""
    scene = AccountScene()
    for verb, cents in steps:
        try:
            getattr(scene, verb)(*(() if verb in {"write_off", "undo"} else (cents,)))
        except Refused:
            continue
    assert scene.replayed() == scene.loan
    for account, cents in scene.books.items():
        if account is not Account.CASH:
            assert cents == 0 or (cents > 0) == (account.side == "debit")
