"""The pure rules: entries, allocation, instalments, caps, card numbers, the business date."""

from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import schedule
from ledger.domain.allocation import allocate
from ledger.domain.business_day import business_date, effective_date
from ledger.domain.card_numbers import holds_card_number
from ledger.domain.chart import Account
from ledger.domain.entry import Entry, Leg, Unbalanced, legs
from ledger.domain.fee_caps import cap_amount, check_cap
from ledger.domain.fees import Fee
from ledger.domain.loan import Loan
from ledger.errors import Refused
from proto.events import InstalmentShare, ScheduledPayment
from proto.values import CalendarDate, Code, Instant, Key, Money

CENTS = st.integers(min_value=0, max_value=10**9).map(Money)


@given(debit=CENTS, credit=CENTS)
def test_an_entry_cannot_be_built_unbalanced(debit: Money, credit: Money) -> None:
    """I1 holds by construction."""
    moves = legs((Account.CASH, debit), (Account.PRINCIPAL, -credit))
    if debit == credit:
        assert sum(leg.debit - leg.credit for leg in Entry("e", moves).legs) == 0
    else:
        with pytest.raises(Unbalanced):
            Entry("e", moves)


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (1, 1), (-1, 0)])
def test_a_leg_has_exactly_one_side(debit: int, credit: int) -> None:
    """Neither both, nor none, nor less than nothing."""
    with pytest.raises(Unbalanced):
        Entry("e", (Leg(Account.CASH, Money(debit), Money(credit)),))


def _loan(fees: list[int], interest: int, principal: int) -> Loan:
    at = Instant.parse("2026-01-01")
    kinds = ("ESTABLISHMENT_FEE", "LATE_FEE", "LATE_FEE", "DISHONOUR_FEE")
    return Loan(
        account_id=Key("LA-1"),
        version=1,
        account_number=Key("N-1"),
        customer_id=Key("CUS-1"),
        application_number=Key(""),
        status=Code("ACTIVE"),
        loan_amount=Money(principal),
        loan_fee=Money(0),
        opened_date=CalendarDate("2026-01-01"),
        created_at=at,
        updated_at=at,
        principal=Money(principal),
        interest=Money(interest),
        fee_balance=Money(sum(fees)),
        fees=tuple(
            Fee(
                transaction_id=Key(f"T{number}"),
                transaction_type=Code(kinds[number]),
                amount=Money(fee),
            )
            for number, fee in enumerate(fees)
        ),
    )


@given(
    fees=st.lists(st.integers(1, 10_000), max_size=4),
    interest=st.integers(0, 10_000),
    principal=st.integers(0, 100_000),
    amount=st.integers(1, 300_000),
)
def test_a_repayment_pays_fees_then_interest_then_principal_and_loses_nothing(
    fees: list[int], interest: int, principal: int, amount: int
) -> None:
    """Each step takes what it can before the next gets anything; the rest is owed back."""
    parts = allocate(_loan(fees, interest, principal), Money(amount))
    rest = amount
    for part, owed in (
        (parts.fees, sum(fees)),
        (parts.interest, interest),
        (parts.principal, principal),
    ):
        assert part == min(rest, owed)
        rest -= part
    assert parts.overpayment == rest
    assert sum(share.amount for share in parts.fee_shares) == parts.fees


def test_only_fees_outside_the_schedule_are_kept_from_the_instalments() -> None:
    """The establishment fee is in the instalments, a late fee is not."""
    parts = allocate(_loan([100_00, 15_00], 0, 500_00), Money(200_00))
    assert (parts.fees, parts.principal, parts.instalments) == (115_00, 85_00, 185_00)


def _schedule(*amounts: int) -> schedule.Schedule:
    return schedule.from_agreement(
        tuple(
            ScheduledPayment(
                payment_number=number,
                due_date=CalendarDate(f"2026-01-{number:02d}"),
                amount=Money(amount),
            )
            for number, amount in enumerate(amounts, start=1)
        )
    )


def _shares(*parts: tuple[int, int]) -> tuple[InstalmentShare, ...]:
    return tuple(
        InstalmentShare(payment_number=number, amount=Money(amount)) for number, amount in parts
    )


def test_money_goes_over_instalments_first_in_first_out() -> None:
    """The oldest open instalment is paid before the next gets anything."""
    assert schedule.allocate(_schedule(100, 100, 100), Money(150)) == _shares((1, 100), (2, 50))


def test_a_targeted_instalment_is_paid_first_and_the_rest_in_order() -> None:
    """What the target does not take goes first in, first out."""
    shares = schedule.allocate(_schedule(100, 100, 100), Money(150), target=3)
    assert shares == _shares((3, 100), (1, 50))


def test_what_is_forgiven_comes_off_the_end() -> None:
    """The next instalment stands as agreed."""
    assert schedule.forgive(_schedule(100, 100, 100), Money(150)) == _shares((3, 100), (2, 50))


def test_an_open_instalment_is_overdue_from_the_day_after_it_was_due() -> None:
    """On the day itself it may still be paid."""
    instalment = _schedule(100)[0]
    assert instalment.standing(date(2026, 1, 1)) == "PENDING"
    assert instalment.standing(date(2026, 1, 2)) == "OVERDUE"


@given(loan=CENTS, charged=CENTS, more=CENTS)
def test_nothing_passes_a_cap(loan: Money, charged: Money, more: Money) -> None:
    """A fee is charged if and only if all of it stays within the cap."""
    cap = loan * 20 // 100
    assert cap_amount("ESTABLISHMENT_FEE", loan) == cap
    charge = partial(
        check_cap, "ESTABLISHMENT_FEE", loan_amount=loan, charged=charged, more=more, field="f"
    )
    if charged + more <= cap:
        charge()
    else:
        with pytest.raises(Refused) as refused:
            charge()
        assert refused.value.limit == max(cap - charged, 0)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("4111111111111111", True),
        ("card 4111 1111 1111 1111 please", True),
        ("4111-1111-1111-1111", True),
        ("378282246310005", True),
        ("6304000000000000000", True),
        ("4111111111111112", False),
        ("041111111111", False),
        ("4111 1111 1111 1111 12/27", True),
        ("12 4111111111111111", True),
        ("4111111111111111 123", True),
        ("4111.1111.1111.1111", True),
        ("4111  1111\u00a01111\u20131111", True),
        ("\u0664111 1111 1111 1111", True),
        ("4111\u200b1111\u00ad1111\u20601111", True),
        ("4111 - 1111 - 1111 - 1111", True),
        ("4111/1111/1111/1111", True),
        ("4111\u22121111\uff0d1111\u00b71111", True),
        ("(4111)(1111)(1111)(1111)", True),
        ("\uff14\uff11\uff11\uff11 1111 1111 1111", True),
        ("on 2025-11-15 at 14:03:22 $150.00, $150.00, $1,250.00", False),
        ("12345678901234567890123", False),
        ("call 0412 345 678", False),
        ("Approval request WO-20261121215531-4D0C", False),
        ("20261121215531-4", True),
        ("WO-20261121215531-4D0C 4111 1111 1111 1111", True),
        ("", False),
        ("4111    1111    1111    1111", True),
        ("4111 -- 1111 -- 1111 -- 1111", True),
        ("2000    4111    1111    1111    1111", True),
        ("3782    822463    10005", True),
        ("99 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", True),
        ("99 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 12/27", True),
        ("99 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2", False),
        ("4111    1111    1111    1112", False),
        ("0412 345 678    0412 345 679    0412 345 670", False),
        ("2026-11-22    2026-11-23    2026-11-24", False),
        ("420.00    510.00    330.00    110.00", False),
    ],
)
def test_a_card_number_is_recognised(text: str, holds: bool) -> None:  # noqa: FBT001 - a table
    """13 to 19 digits that pass Luhn's check, whatever parts them or stands beside them."""
    assert holds_card_number(text) is holds


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 11, 14, 13, 1, tzinfo=UTC), date(2025, 11, 15)),
        (datetime(2026, 4, 4, 13, 30, tzinfo=UTC), date(2026, 4, 5)),
        (datetime(2026, 4, 5, 13, 30, tzinfo=UTC), date(2026, 4, 5)),
        (datetime(2026, 10, 3, 14, 30, tzinfo=UTC), date(2026, 10, 4)),
    ],
)
def test_the_business_date_is_that_of_sydney(moment: datetime, day: date) -> None:
    """Over midnight and over both changes of daylight saving."""
    assert business_date(moment) == day


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [("2026-03-31", True), ("2026-03-01", True), ("2026-02-28", False), ("2026-04-01", False)],
)
def test_a_posting_counts_from_today_or_a_little_before(asked: str, accepted: bool) -> None:  # noqa: FBT001 - a table
    """Not from a day to come, not from more than 30 days ago."""
    today = date(2026, 3, 31)
    if accepted:
        assert effective_date(CalendarDate(asked), today, date.min, 30) == asked
    else:
        with pytest.raises(Refused):
            effective_date(CalendarDate(asked), today, date.min, 30)
