"""Amounts that come in: positive, plain, whole cents; everything else is refused."""

import re
from collections.abc import Iterable
from typing import Final

from ledger.errors import Refusal, Refused
from proto.values import CENTS_MAX, Money

ZERO: Final = Money(0)
"""The one zero: half of what a posting tells is nothing, and postings are kept by the million."""

_AMOUNT: Final = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?", re.ASCII)


def parse_amount(field: str, text: str, *, zero_allowed: bool = False) -> Money:
    """Read a request's amount. Refused, with the field's name, unless it is plain."""
    if _AMOUNT.fullmatch(text) is None:
        raise Refused(
            Refusal.INVALID_AMOUNT,
            f"{field} must be an amount in dollars like 12.50: digits, at most two after the "
            "point, below ten trillion.",
            field=field,
        )
    amount = Money.parse(text)
    if amount == 0 and not zero_allowed:
        raise Refused(Refusal.INVALID_AMOUNT, f"{field} must be more than zero.", field=field)
    return amount


def parse_delta(field: str, text: str) -> Money:
    """Read a change, which may be below zero; empty: none. Refused unless it is plain."""
    if not text:
        return ZERO
    amount = parse_amount(field, text.removeprefix("-"), zero_allowed=True)
    return negative(amount) if text.startswith("-") else amount


def check_size(field: str, sum_after: Money) -> None:
    """Refuse what would bring a sum in the books to where no event can tell it any more."""
    if sum_after >= CENTS_MAX:
        raise Refused(
            Refusal.INVALID_AMOUNT,
            f"{field} is too much: with it the account would reach {dollars(Money(CENTS_MAX))}.",
            field=field,
        )


def plus(*amounts: Money) -> Money:
    """Add amounts; what comes out is money again."""
    cents = sum(amounts)
    return Money(cents) if cents else ZERO


def minus(amount: Money, *taken: Money) -> Money:
    """Take amounts away."""
    cents = amount - sum(taken)
    return Money(cents) if cents else ZERO


def negative(amount: Money) -> Money:
    """Turn an amount into the delta that takes it away."""
    return Money(-amount) if amount else ZERO


def smaller(*amounts: Money) -> Money:
    """Give the smallest of some amounts."""
    return min(amounts)


def total(amounts: Iterable[Money]) -> Money:
    """Sum any number of amounts; none is zero."""
    return plus(*amounts)


def dollars(amount: Money) -> str:
    """Write an amount as staff read it, `$1,234.50`."""
    whole, cents = divmod(abs(int(amount)), 100)
    return f"{'-' if amount < 0 else ''}${whole:,}.{cents:02d}"
