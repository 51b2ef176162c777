"""What an account owed at another time, from its postings.

Two questions hide in "what was owed on the third?": what the books said then, and what
they say today about that day. A payment of the third that was recorded on the fifth is no
part of the first answer, and is part of the second.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from ledger.domain.counting import counted
from ledger.domain.money import ZERO, negative, plus, smaller
from proto.events import InterestAccrued, PostingEvent
from proto.values import CalendarDate, Instant, Money


class Posted(Struct, frozen=True):
    """One entry of the account; `posting` is None where it moved no money."""

    version: int
    recorded_at: Instant
    posting: PostingEvent | None


class Balances(Struct, frozen=True, kw_only=True):
    """The four balances, none below zero, and the account's last version that they know."""

    version: int
    principal: Money = ZERO
    interest: Money = ZERO
    fees: Money = ZERO
    overpayment: Money = ZERO


def balances_at(
    posted: Iterable[Posted],
    *,
    known_at: Instant | None,
    effective_on: CalendarDate,
    annual_rate_ppm: int = 0,
) -> Balances:
    """Sum what had been recorded by then (None: ever) and counts by then (empty: all).

    What a loan that bears interest owed on a day is counted anew: what its transactions of
    interest tell of the day is only what was known when they were recorded.
    """
    if effective_on and annual_rate_ppm:
        return _counted(posted, known_at, effective_on, annual_rate_ppm)
    version, sums = 0, [ZERO, ZERO, ZERO, ZERO]
    for each in posted:
        if known_at is not None and each.recorded_at > known_at:
            break  # an account's clock never runs back
        version = each.version
        if each.posting is None or (effective_on and each.posting.effective_date > effective_on):
            continue
        deltas = (
            each.posting.fee_delta,
            each.posting.interest_delta,
            each.posting.principal_delta,
            each.posting.overpayment_delta,
        )
        sums = [plus(was, delta) for was, delta in zip(sums, deltas, strict=True)]
    return _settled(version, sums)


def _counted(
    posted: Iterable[Posted],
    known_at: Instant | None,
    effective_on: CalendarDate,
    annual_rate_ppm: int,
) -> Balances:
    """Count the postings, with interest through the day as far as the ends of the days were run."""
    version, through = 0, date.min
    known: list[PostingEvent] = []
    for each in posted:
        if known_at is not None and each.recorded_at > known_at:
            break
        version = each.version
        if isinstance(each.posting, InterestAccrued):
            through = max(through, each.posting.through_date.as_date())
        if each.posting is not None:
            known.append(each.posting)
    then = [each for each in known if each.effective_date <= effective_on]
    found = counted(then, annual_rate_ppm, min(through, effective_on.as_date()))
    if len(then) == len(known):  # as the books say themselves
        found = found.with_fees(plus(*(each.fee_delta for each in known)))
    return Balances(
        version=version,
        principal=found.principal,
        interest=found.interest,
        fees=found.fees,
        overpayment=found.overpayment,
    )


def _settled(version: int, sums: list[Money]) -> Balances:
    """Let a credit in one balance pay the others, fees first, as a repayment would.

    A payment that counts from the third paid a fee of the fifth when it was recorded: on
    the third there was no such fee, so the money had paid principal. The sum is the same.
    """
    fees, interest, principal, overpayment = sums
    credit = negative(plus(*(each for each in (fees, interest, principal) if each < 0)))
    fees, interest, principal = (Money(max(each, 0)) for each in (fees, interest, principal))
    owed = []
    for each in (fees, interest, principal):
        paid = smaller(each, credit)
        owed.append(Money(each - paid))
        credit = Money(credit - paid)
    overpayment = plus(overpayment, credit)
    return Balances(
        version=version,
        fees=owed[0],
        interest=owed[1],
        principal=owed[2],
        overpayment=overpayment,
    )
