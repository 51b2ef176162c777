"""Adjustments and refunds: balances set right, never below zero, instalments with them."""

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands.make_adjustment import MakeAdjustment
from ledger.errors import Refused
from proto.values import Money
from tests.builders import Caller, LedgerProcess, refusal_of
from tests.ledger.account_scene import ACCOUNT, APPROVER, AccountScene
from tests.ledger.accounts_check import check_books, check_loan, loan_of


def test_principal_that_is_taken_away_is_forgiven_at_the_last_instalments(
    system: Caller, supervisor: Caller
) -> None:
    """The next instalment stands as agreed."""
    account = system.active_loan()
    answer = supervisor.adjust(account, "-200.00", reason_code="hardship")
    assert answer.transaction.principal_after == "300.00"
    assert answer.transaction.metadata["reason_code"] == "hardship"
    loan = loan_of(system, account)
    assert [int(each.remaining) for each in loan.instalments] == [150_00, 150_00, 100_00, 0]
    check_loan(loan)


def test_principal_that_is_added_fills_what_was_forgiven_then_the_last_instalment(
    system: Caller, supervisor: Caller
) -> None:
    """An adjustment and its opposite leave the schedule as it was; more asks for more."""
    account = system.active_loan()
    supervisor.adjust(account, "-200.00")
    supervisor.adjust(account, "250.00")
    loan = loan_of(system, account)
    assert [int(each.remaining) for each in loan.instalments] == [150_00, 150_00, 150_00, 200_00]
    assert (loan.principal, loan.fee_balance) == (550_00, 100_00)


def test_a_fee_delta_below_zero_lowers_the_oldest_fees_first(
    system: Caller, supervisor: Caller
) -> None:
    """The establishment fee is the oldest; the instalments include it, the late fee not."""
    account = system.active_loan()
    system.late_fee(account, "15.00")
    supervisor.adjust(account, "", "-110.00")
    loan = loan_of(system, account)
    assert [int(fee.amount) for fee in loan.fees] == [0, 5_00]
    assert loan.instalments[-1].remaining == 50_00
    check_loan(loan)


def test_a_fee_delta_above_zero_is_a_fee_of_its_own_that_can_be_waived(
    system: Caller, supervisor: Caller
) -> None:
    """Every cent of the fee balance belongs to one named fee."""
    account = system.active_loan()
    made = supervisor.adjust(account, "0", "12.50").transaction
    fee = loan_of(system, account).fees[-1]
    assert (fee.transaction_id, fee.transaction_type, fee.amount) == (
        made.transaction_id,
        "ADJUSTMENT",
        12_50,
    )
    supervisor.waive(account, "12.50", target_transaction_id=made.transaction_id)
    assert loan_of(system, account).fee_balance == 100_00


def test_an_adjustment_to_zero_closes_the_account_as_paid_off(
    system: Caller, supervisor: Caller
) -> None:
    """As a last repayment does; a closed account is adjusted no more."""
    account = system.active_loan()
    supervisor.repay(account, "500.00")
    supervisor.adjust(account, "-100.00")
    assert loan_of(system, account).status == "CLOSED"
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.adjust(account, "1.00")
    assert refusal_of(refused.value).reason == "ACCOUNT_CLOSED"


def test_the_limit_holds_for_both_changes_together_whatever_their_direction(
    system: Caller, supervisor: Caller
) -> None:
    """$450 up and $50.01 down are $500.01, above a supervisor's $500."""
    account = system.active_loan()
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.adjust(account, "450.00", "-50.01")
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.field, detail.limit) == (
        "APPROVAL_REQUIRED",
        "principal_delta",
        "500.00",
    )
    supervisor.adjust(account, "450.00", "-50.00")


@pytest.mark.parametrize(
    ("principal", "fee", "field"),
    [
        ("0", "0.00", "principal_delta"),
        ("", "", "principal_delta"),
        ("--1", "", "principal_delta"),
        ("+1", "", "principal_delta"),
        ("-", "", "principal_delta"),
        ("1", "NaN", "fee_delta"),
        ("1", "0.001", "fee_delta"),
    ],
)
def test_a_change_that_is_not_plain_or_none_at_all_is_refused_with_the_field(
    supervisor: Caller, principal: str, fee: str, field: str
) -> None:
    """A minus sign is all that an amount may have besides."""
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.adjust("LA-none", principal, fee)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refusal_of(refused.value).field == field


def test_an_overpayment_is_refunded_and_no_cent_more(system: Caller, supervisor: Caller) -> None:
    """What is owed to the customer goes down, the debt does not move."""
    account = system.active_loan()
    supervisor.repay(account, "630.00")
    answer = supervisor.refund(account, "20.00", payment_reference="BSB-1")
    assert answer.transaction.total_delta == "0.00"
    assert answer.transaction.reference_id == "BSB-1"
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.refund(account, "10.01")
    detail = refusal_of(refused.value)
    assert (detail.reason, detail.limit) == ("REFUND_EXCEEDS_OVERPAYMENT", "10.00")
    supervisor.refund(account, "10.00")
    assert loan_of(system, account).overpayment == 0
    check_books(system)


@pytest.mark.parametrize("verb", ["write_off", "undo_write_off", "recover"])
@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        ("staff-support", "APPROVAL_REQUIRED"),
        ("staff-supervisor", "APPROVAL_REQUIRED"),
        ("staff-compliance", "NO_RIGHT"),
        ("staff-admin", "NO_RIGHT"),
        ("system", "NO_RIGHT"),
    ],
)
def test_nobody_writes_off_undoes_or_recovers_alone(
    ledger: LedgerProcess, verb: str, actor: str, reason: str
) -> None:
    """Who may ask is told so; everybody else has no right at all."""
    amount = ("1.00",) if verb == "recover" else ()
    with pytest.raises(grpc.RpcError) as refused:
        getattr(ledger.caller(actor), verb)("LA-none", *amount)
    assert refusal_of(refused.value).reason == reason


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["adjust", "repay", "late_fee"]),
            st.integers(-300_00, 300_00),
            st.integers(-120_00, 120_00),
        ),
        max_size=10,
    )
)
def test_no_order_of_adjustments_breaks_the_books(steps: list[tuple[str, int, int]]) -> None:
    """Fees, instalments and balances agree after each step; a replay gives the same."""
    scene = AccountScene()
    for verb, first, second in steps:
        try:
            if verb == "adjust" and (first or second):
                scene.do(
                    MakeAdjustment(
                        loan_account_id=ACCOUNT,
                        principal_delta=Money(first),
                        fee_delta=Money(second),
                        approved_by=APPROVER,
                    )
                )
            elif verb != "adjust" and first > 0:
                getattr(scene, verb)(first)
        except Refused:
            continue
    assert scene.replayed() == scene.loan
