"""A double entry. It cannot be built unbalanced."""

from typing import Final

from msgspec import Struct

from ledger.domain.chart import Account
from proto.values import Money

_NOTHING: Final = Money(0)


class Unbalanced(Exception):  # noqa: N818 - what it is; always a bug of ours
    """Debits and credits differ, or a leg has no side."""


class Leg(Struct, frozen=True):
    """One line of an entry: exactly one of debit and credit is above zero."""

    account: Account
    debit: Money
    credit: Money


class Entry(Struct, frozen=True):
    """What one event did to the general ledger."""

    event_id: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        """Check both rules of double entry."""
        balance = 0
        for leg in self.legs:
            if min(leg.debit, leg.credit) != 0 or max(leg.debit, leg.credit) <= 0:
                raise Unbalanced(f"{self.event_id}: {leg.account.name} has no single side")
            balance += leg.debit - leg.credit
        if balance:
            raise Unbalanced(f"{self.event_id}: debits and credits differ")


def legs(*moves: tuple[Account, int]) -> tuple[Leg, ...]:
    """Build legs from signed moves: above zero a debit, below a credit, zero nothing."""
    return tuple(
        [
            Leg(account, Money(cents), _NOTHING)
            if cents > 0
            else Leg(account, _NOTHING, Money(-cents))
            for account, cents in moves
            if cents
        ]
    )
