"""How much a lender may charge: the caps of small amount credit, as a table.

Each cap is a percentage of the amount lent (the adjusted credit amount: what was paid out,
without the establishment fee). What is waived or reversed no longer counts.
"""

from typing import Final

from msgspec import Struct

from ledger.domain.money import dollars
from ledger.errors import Refusal, Refused
from proto.values import Money


class Cap(Struct, frozen=True):
    """At most `percent` of the amount lent, for what `covers` says."""

    percent: int
    covers: str


CAPS: Final = {
    "ESTABLISHMENT_FEE": Cap(20, "the establishment fee"),
    "MONTHLY_FEE": Cap(4, "what a month costs"),
    "RECOVERY": Cap(200, "the loan with all its fees and interest"),
}


_PPM_OF_PERCENT: Final = 10_000
_MONTHS: Final = 12


def cap_amount(name: str, loan_amount: Money) -> Money:
    """Give a cap in money, cut to the whole cent."""
    return Money(loan_amount * CAPS[name].percent // 100)


def check_cap(name: str, *, loan_amount: Money, charged: Money, more: Money, field: str) -> None:
    """Refuse what would pass a cap, with the cap and what is left of it."""
    cap = cap_amount(name, loan_amount)
    if charged + more <= cap:
        return
    left = Money(max(cap - charged, 0))
    rule = CAPS[name]
    raise Refused(
        Refusal.FEE_CAP,
        f"{dollars(more)} is over the cap: {rule.covers} may come to {dollars(cap)} "
        f"({rule.percent} % of the amount lent), {dollars(left)} is left.",
        field=field,
        limit=left,
    )


def check_rate(annual_rate_ppm: int, loan_amount: Money, *, field: str) -> None:
    """Refuse a yearly rate of which a month's part is over the cap, by however little of a cent."""
    rule = CAPS["MONTHLY_FEE"]
    most = rule.percent * _MONTHS
    if annual_rate_ppm <= most * _PPM_OF_PERCENT:
        return
    cap = cap_amount("MONTHLY_FEE", loan_amount)
    raise Refused(
        Refusal.FEE_CAP,
        f"The rate is over the cap: {rule.covers} may come to {dollars(cap)} ({rule.percent} % "
        f"of the amount lent). Use at most {most} % a year.",
        field=field,
        limit=cap,
    )
