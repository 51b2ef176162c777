"""The demo portfolio is the same for the same seed, and tells every kind of story."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded.demo import cases, people, stories
from embedded.demo.calendar import SYDNEY, business_date, last_fifteenth, sydney
from embedded.demo.loans import Loan
from embedded.demo.portfolio import build
from proto import accounting_ledger_pb2 as ledger
from proto import codec
from proto import servicing_pb2 as servicing
from proto.codec import Poison
from proto.events import CustomerChanged
from proto.search_keys import fold
from proto.values import Instant, Key, Money
from tests.counts import count

ANCHOR = date(2026, 11, 21)


def _repaid(loan: Loan) -> int:
    return sum(
        Money.parse(step.request.amount)
        for step in loan.steps
        if isinstance(step.request, ledger.RecordRepaymentRequest)
    )


def test_the_same_seed_gives_the_same_portfolio() -> None:
    """Every name, amount, time and key: a second load is the first load."""
    assert build(42, 60, ANCHOR) == build(42, 60, ANCHOR)
    assert build(42, 60, ANCHOR) != build(43, 60, ANCHOR)


def test_a_larger_portfolio_begins_with_the_smaller_one() -> None:
    """More customers can be added later; those that are there stay as they are."""
    small, large = build(42, 40, ANCHOR), build(42, 80, ANCHOR)
    assert large.people[:40] == small.people
    assert large.loans[: len(small.loans)] == small.loans


@settings(max_examples=count(25, 200), deadline=None)
@given(seed=st.integers(0, 10**6), anchor=st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_every_story_is_over_when_the_anchor_date_begins(seed: int, anchor: date) -> None:
    """Nothing happens in the future, and every loan is told in its order."""
    begins = Instant.of(datetime.combine(anchor, time(), tzinfo=SYDNEY))
    for loan in build(seed, 45, anchor).loans:
        times = [step.at for step in loan.steps]
        assert times == sorted(times)
        assert times[-1] < begins


@settings(max_examples=count(10, 200), deadline=None)
@given(seed=st.integers(0, 10**6))
def test_loans_are_small_and_within_their_caps(seed: int) -> None:
    """A$100 to 3,000, at most 62 days, at most 20 % for the establishment."""
    for loan in build(seed, 45, ANCHOR).loans:
        opened = loan.steps[0].request
        assert isinstance(opened, servicing.OpenLoanRequest)
        amount, fee = Money.parse(opened.loan_amount), Money.parse(opened.loan_fee)
        assert 100_00 <= amount <= 3_000_00
        assert 5 * fee <= amount
        assert sum(Money.parse(each.amount) for each in opened.instalments) == amount + fee
        length = date.fromisoformat(opened.instalments[-1].due_date) - date.fromisoformat(
            opened.opened_date
        )
        assert length <= timedelta(days=62)


def test_keys_and_ids_are_unique() -> None:
    """No key stands for two intents, no number for two accounts."""
    portfolio = build(42, 300, ANCHOR)
    steps = [step.request for loan in portfolio.loans for step in loan.steps]
    names = [getattr(request, "idempotency_key", "") for request in steps]
    assert len(set(names)) == len(names)
    assert all(8 <= len(name) <= 128 for name in names)
    assert len({loan.account_number for loan in portfolio.loans}) == len(portfolio.loans)
    assert len({each.customer_id for each in portfolio.people}) == 300


def test_a_small_portfolio_shows_every_kind_of_customer() -> None:
    """Forty are enough for staff, investor and vulnerable flags and every kind of loan."""
    portfolio = build(42, 40, ANCHOR)
    profiles = [event for each in portfolio.people for event in each.events]
    changed = [event for event in profiles if isinstance(event, CustomerChanged)]
    assert any(event.staff_flag for event in changed)
    assert any(event.investor_flag for event in changed)
    assert any(event.vulnerable_flag for event in changed)
    assert len(set(stories.KINDS)) == 8
    assert any(len(loan.steps) == 1 for loan in portfolio.loans), "a pending one"


def test_john_smith_is_the_best_match_of_his_name() -> None:
    """Several names begin alike; his is the only one of its kind and sorts first."""
    names = [fold(each.full_name) for each in build(42, 1_000, ANCHOR).people]
    alike = sorted(name for name in names if name.startswith("john sm"))
    assert alike == ["john smith", "john smithers", "john smithson", "john smythe"]
    assert names[0] == "john smith"


@pytest.mark.parametrize("anchor", [date(2026, 11, 15), date(2026, 11, 16), date(2026, 1, 1)])
def test_john_paid_the_late_fee_first(anchor: date) -> None:
    """Charged at 00:01 on the 15th, repaid at 09:00: the fee's amount of principal is left."""
    loan = build(42, 20, anchor).loans[0]
    charged, repaid = loan.steps[-2], loan.steps[-1]
    fifteenth = last_fifteenth(anchor)
    assert fifteenth < anchor
    assert (charged.at, repaid.at) == (sydney(fifteenth, 0, 1), sydney(fifteenth, 9, 0))
    assert isinstance(charged.request, ledger.ApplyLateFeeRequest)
    fee = Money.parse(charged.request.fee_amount)
    assert loan.account_number == stories.JOHNS_NUMBER
    assert loan.customer_id == people.JOHN_SMITH
    assert _repaid(loan) + fee == 480_00 + fee, "all instalments came in, the fee on top did not"


def test_the_business_date_is_sydneys() -> None:
    """When it is still yesterday in London it is today in Sydney."""
    assert business_date(datetime(2026, 11, 14, 13, 1, tzinfo=UTC)) == date(2026, 11, 15)


def test_the_cases_are_told_as_staff_are_asked_to_deal_with_them() -> None:
    """$2,500 after 90 days without a payment, a fee charged twice, a date that is none."""
    portfolio = build(42, 20, ANCHOR)
    told = {loan.account_id: loan for loan in portfolio.loans}
    silent = told[Key(f"LOAN-{cases.SILENT_NUMBER}")]
    assert silent.steps[-1].at < sydney(ANCHOR - timedelta(days=90), 0, 0)
    opened = silent.steps[0].request
    assert isinstance(opened, servicing.OpenLoanRequest)
    owed = Money.parse(opened.loan_amount) + Money.parse(opened.loan_fee) - _repaid(silent)
    assert owed == cases.SILENT_OWES == 2_500_00
    waived, asked = portfolio.deeds
    assert isinstance(waived.request, ledger.WaiveFeeRequest)
    assert (waived.request.waiver_amount, waived.staff_id) == ("50.00", "staff-support")
    assert isinstance(asked.request, servicing.RequestApprovalRequest)
    assert asked.request.command.write_off.loan_account_id == silent.account_id
    (payment,) = [each for each in portfolio.talks if each.type == "payment.received.v1"]
    assert payment.body["account_id"] == cases.MISSING_ACCOUNT
    assert payment.body["account_id"] in told
    with pytest.raises(Poison, match="2025-13-45"):
        codec.read_event(payment.type, payment.entry()["payload"])


def test_every_message_counts_once_and_conversations_can_be_read() -> None:
    """Each has a name of its own, and every event of a conversation is one that we know."""
    portfolio = build(42, 40, ANCHOR)
    messages = list(portfolio.messages)
    assert len({each.cause for each in messages}) == len(messages)
    johns = {each.subject for each in messages if each.about == people.JOHN_SMITH}
    assert len([each for each in johns if each.startswith("CONV-")]) >= 2
    for each in messages:
        if each.type != "payment.received.v1":
            assert codec.read_event(each.type, each.entry()["payload"]) is not None
