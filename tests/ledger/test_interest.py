"""Simple daily interest, exact: actual/365, cut to the cent once, however it is accrued."""

from datetime import UTC, date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.counting import Counted, counted
from proto.events import AdjustmentMade
from proto.values import CalendarDate, Code, Instant, Key, Money

FIRST = date(2024, 2, 1)
RATE = 120_000
"""Twelve per cent."""

Moves = list[tuple[date, int]]
"""Days, and by how much principal changes on each."""

moves = st.lists(
    st.tuples(st.dates(FIRST, FIRST + timedelta(days=60)), st.integers(0, 200_000)), max_size=8
)


def due(changes: Moves, rate: int, through: date) -> Counted:
    """Give the interest through a date, with what is left of a cent."""
    return counted([_move(n, *change) for n, change in enumerate(changes)], rate, through)


def _move(number: int, day: date, cents: int) -> AdjustmentMade:
    return AdjustmentMade(
        account_id=Key("LA-1"),
        customer_id=Key("CUS-1"),
        transaction_id=Key(f"TXN-LA-1-{number}"),
        transaction_type=Code("ADJUSTMENT"),
        transaction_at=Instant(2024, 6, 1, tzinfo=UTC),
        effective_date=CalendarDate(day.isoformat()),
        principal_delta=Money(cents),
        interest_delta=Money(0),
        fee_delta=Money(0),
        overpayment_delta=Money(0),
        principal_after=Money(0),
        interest_after=Money(0),
        fee_after=Money(0),
        overpayment_after=Money(0),
        description="Balance adjusted",
        approved_by=Key("staff-supervisor"),
    )


def test_a_year_of_a_thousand_at_twelve_per_cent_costs_120() -> None:
    """Actual/365: 365 days from the disbursement on, that day included."""
    lent = [(date(2025, 1, 1), 1_000_00)]
    assert due(lent, RATE, date(2025, 12, 31)).charged == Money(120_00)


def test_a_leap_day_costs_a_day() -> None:
    """Actual/365: in a leap year each of the 366 days costs a 365th."""
    lent = [(date(2024, 1, 1), 1_000_00)]
    whole = due(lent, RATE, date(2024, 12, 31))
    assert whole.charged == Money(120_32)
    assert whole.remainder == 1_000_00 * RATE * 366 - 120_32 * 365 * 1_000_000


def test_the_day_of_a_repayment_costs_nothing_for_what_was_repaid() -> None:
    """A day costs the principal at its end."""
    lent = (date(2025, 3, 1), 365_00)
    repaid = (date(2025, 3, 11), -365_00)
    assert due([lent, repaid], 1_000_000, date(2025, 3, 31)).charged == Money(10_00)


@given(moves, st.integers(0, 1_000_000), st.integers(0, 60))
def test_accruing_day_by_day_comes_to_the_same_as_at_once(
    changes: Moves, rate: int, days: int
) -> None:
    """The daily differences add up to the whole, to the cent."""
    told = 0
    for n in range(days + 1):
        told += due(changes, rate, FIRST + timedelta(days=n)).charged - told
    assert told == due(changes, rate, FIRST + timedelta(days=days)).charged


@given(moves, st.integers(0, 1_000_000))
def test_the_sum_of_daily_principal_is_what_interest_is_taken_of(changes: Moves, rate: int) -> None:
    """Day by day by hand: principal at the end of each day."""
    last = FIRST + timedelta(days=45)
    whole = due(changes, rate, last)
    by_hand = 0
    for n in range(46):
        day = FIRST + timedelta(days=n)
        by_hand += rate * sum(cents for on, cents in changes if on <= day)
    assert whole.charged * 365 * 1_000_000 + whole.remainder == by_hand
