"""Simple daily interest, exact: actual/365, cut to the cent once, however it is accrued."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import interest
from ledger.domain.interest import PrincipalMove
from proto.values import Money

FIRST = date(2024, 2, 1)
RATE = 120_000
"""Twelve per cent."""

moves = st.lists(
    st.builds(
        PrincipalMove,
        st.dates(FIRST, FIRST + timedelta(days=60)),
        st.integers(-50_000, 200_000).map(Money),
    ),
    max_size=8,
)


def test_a_year_of_a_thousand_at_twelve_per_cent_costs_120() -> None:
    """Actual/365: 365 days from the disbursement on, that day included."""
    lent = [PrincipalMove(date(2025, 1, 1), Money(1_000_00))]
    assert interest.due(lent, RATE, date(2025, 12, 31)).amount == Money(120_00)


def test_a_leap_day_costs_a_day() -> None:
    """Actual/365: in a leap year each of the 366 days costs a 365th."""
    lent = [PrincipalMove(date(2024, 1, 1), Money(1_000_00))]
    whole = interest.due(lent, RATE, date(2024, 12, 31))
    assert whole.amount == Money(120_32)
    assert whole.remainder == 1_000_00 * RATE * 366 - 120_32 * 365 * 1_000_000


def test_the_day_of_a_repayment_costs_nothing_for_what_was_repaid() -> None:
    """A day costs the principal at its end."""
    lent = PrincipalMove(date(2025, 3, 1), Money(365_00))
    repaid = PrincipalMove(date(2025, 3, 11), Money(-365_00))
    assert interest.due([lent, repaid], 1_000_000, date(2025, 3, 31)).amount == Money(10_00)


@given(moves, st.integers(0, 1_000_000), st.integers(0, 60))
def test_accruing_day_by_day_comes_to_the_same_as_at_once(
    changes: list[PrincipalMove], rate: int, days: int
) -> None:
    """The daily differences add up to the whole, to the cent."""
    told = 0
    for n in range(days + 1):
        told += interest.due(changes, rate, FIRST + timedelta(days=n)).amount - told
    assert told == interest.due(changes, rate, FIRST + timedelta(days=days)).amount


@given(moves, st.integers(0, 1_000_000))
def test_the_sum_of_daily_principal_is_what_interest_is_taken_of(
    changes: list[PrincipalMove], rate: int
) -> None:
    """Day by day by hand: principal at the end of each day, never below zero."""
    last = FIRST + timedelta(days=45)
    whole = interest.due(changes, rate, last)
    by_hand = 0
    for n in range(46):
        day = FIRST + timedelta(days=n)
        by_hand += rate * max(sum(m.delta for m in changes if m.effective <= day), 0)
    assert whole.amount * 365 * 1_000_000 + whole.remainder == by_hand
