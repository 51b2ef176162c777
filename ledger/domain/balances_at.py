"""What an account owed at another time, from its postings.

Two questions hide in "what was owed on the third?": what the books said then, and what
they say today about that day. A payment of the third that was recorded on the fifth is no
part of the first answer, and is part of the second.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from ledger.domain.counting import counted
from ledger.domain.money import ZERO, plus
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
    """Tell what had been recorded by then (None: ever) and counts by then (empty: all).

    Where all of it counts, the books say it themselves. What was owed on a day before is counted
    anew: a payment of the third that was recorded on the fifth may have paid a fee of the fourth,
    and what is taken back as of the third may have been taken from money of the fourth.
    """
    version, through = 0, date.min
    known: list[PostingEvent] = []
    for each in posted:
        if known_at is not None and each.recorded_at > known_at:
            break  # an account's clock never runs back
        version = each.version
        if isinstance(each.posting, InterestAccrued):
            through = max(through, each.posting.through_date.as_date())
        if each.posting is not None:
            known.append(each.posting)
    then = [each for each in known if not effective_on or each.effective_date <= effective_on]
    if len(then) == len(known):
        return _as_posted(version, known)
    found = counted(then, annual_rate_ppm, min(through, effective_on.as_date()))
    return Balances(
        version=version,
        principal=found.principal,
        interest=found.interest,
        fees=found.fees,
        overpayment=found.overpayment,
    )


def _as_posted(version: int, known: list[PostingEvent]) -> Balances:
    return Balances(
        version=version,
        principal=plus(*(each.principal_delta for each in known)),
        interest=plus(*(each.interest_delta for each in known)),
        fees=plus(*(each.fee_delta for each in known)),
        overpayment=plus(*(each.overpayment_delta for each in known)),
    )
