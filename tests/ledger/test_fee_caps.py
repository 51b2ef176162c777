"""What a lender may charge: caps of a table, what is left of them, what gives them back."""

import grpc
import pytest

from tests.builders import Caller, open_loan_request, refusal_of
from tests.ledger.taking_back import reverse


def _left(error: grpc.RpcError) -> str:
    detail = refusal_of(error)
    assert detail.reason == "FEE_CAP"
    return detail.limit


@pytest.mark.parametrize("rate", ["", "48"])
def test_a_month_may_cost_four_per_cent_of_the_loan(system: Caller, rate: str) -> None:
    """$5,000 at 48 % a year cost $200.00 a month; which is the cap itself."""
    request = open_loan_request(loan_amount="5000.00", loan_fee="0.00")
    request.annual_rate = rate
    system.open_loan(request)


@pytest.mark.parametrize(
    ("amount", "rate", "cap"),
    [("5000.00", "48.0001", "200.00"), ("500.00", "48.02", "20.00"), ("24.00", "48.4999", "0.96")],
)
def test_a_month_costs_no_more_than_four_per_cent_of_the_loan(
    system: Caller, amount: str, rate: str, cap: str
) -> None:
    """A loan at a higher rate is not opened, were it by less than a cent a month."""
    request = open_loan_request(loan_amount=amount, loan_fee="0.00")
    request.annual_rate = rate
    with pytest.raises(grpc.RpcError) as refused:
        system.open_loan(request)
    assert _left(refused.value) == cap
    assert refusal_of(refused.value).field == "annual_rate"


def test_fees_of_every_kind_share_one_cap(
    system: Caller, support: Caller, supervisor: Caller
) -> None:
    """A loan of $500 with a fee of $100 may cost $1,000: $400 for late and dishonour fees."""
    account = system.active_loan()
    support.late_fee(account, "150.00")
    support.dishonour_fee(account, "200.00")
    supervisor.adjust(account, "", "40.00")
    for charge in (support.late_fee, support.dishonour_fee):
        with pytest.raises(grpc.RpcError) as refused:
            charge(account, "10.01")
        assert _left(refused.value) == "10.00"
    with pytest.raises(grpc.RpcError) as refused:
        supervisor.adjust(account, "", "10.01")
    assert _left(refused.value) == "10.00"
    support.dishonour_fee(account, "10.00")


def test_a_waived_fee_gives_its_cap_back(system: Caller, support: Caller) -> None:
    """Also when it had been paid; then the money went to the loan instead."""
    account = system.active_loan()
    fee = support.late_fee(account, "400.00").transaction.transaction_id
    support.repay(account, "450.00")
    support.waive(account, "25.00", target_transaction_id=fee)
    with pytest.raises(grpc.RpcError) as refused:
        support.dishonour_fee(account, "25.01")
    assert _left(refused.value) == "25.00"
    support.dishonour_fee(account, "25.00")


def test_a_fee_that_was_adjusted_away_gives_its_cap_back(
    system: Caller, support: Caller, supervisor: Caller
) -> None:
    """An adjustment downwards takes from the oldest fee, here the establishment fee."""
    account = system.active_loan()
    support.late_fee(account, "400.00")
    supervisor.adjust(account, "", "-30.00")
    support.dishonour_fee(account, "30.00")
    with pytest.raises(grpc.RpcError) as refused:
        support.dishonour_fee(account, "0.01")
    assert _left(refused.value) == "0.00"


def test_a_dishonour_fee_names_the_payment_that_was_sent_back(
    system: Caller, support: Caller
) -> None:
    """Its reference leads from the fee to the payment."""
    account = system.active_loan()
    answer = support.dishonour_fee(account, "12.00", reference_id="PAY-7", reason="no funds")
    posted = answer.transaction
    assert (posted.reference_type, posted.reference_id) == ("PAYMENT", "PAY-7")
    assert (posted.fee_delta, posted.fee_after) == ("12.00", "112.00")


@pytest.mark.parametrize("forgiven", ["waived", "adjusted"])
def test_what_was_forgiven_is_not_charged_again_over_the_cap(
    system: Caller, support: Caller, supervisor: Caller, forgiven: str
) -> None:
    """Once other fees have taken its place, the waiver or adjustment stands."""
    account = system.active_loan()
    support.late_fee(account, "400.00")
    if forgiven == "waived":
        done = supervisor.waive(account, "100.00")
    else:
        done = supervisor.adjust(account, "", "-100.00")
    support.late_fee(account, "70.00")
    transaction_id = done.transaction.transaction_id
    with pytest.raises(grpc.RpcError) as refused:
        reverse(supervisor, account, transaction_id)
    assert (_left(refused.value), refusal_of(refused.value).field) == ("30.00", "transaction_id")
