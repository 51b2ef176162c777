"""How far the limits of the roles reach, where nobody set other ones for a person.

The ledger alone decides by them; the desk reads the same setting, to tell them of others.
"""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from proto.values import InvalidMoney, Money

RoleLimits = Mapping[str, Mapping[str, Money]]

DEFAULTS: Final[RoleLimits] = {
    "support": {"waiver": Money(50_00)},
    "supervisor": {
        "waiver": Money(500_00),
        "adjustment": Money(500_00),
        "reversal": Money(500_00),
        "refund": Money(500_00),
        "write_off": Money(10_000_00),
    },
}
"""By role and kind of limit; what is not named is nothing."""


def read(text: str) -> RoleLimits:
    """Read `{"support": {"waiver": "50.00"}}`; what is not named keeps its default.

    Raises ValueError.
    """
    try:
        given = msgspec.json.decode(text or "{}", type=dict[str, dict[str, str]])
        amounts = {
            role: {kind: Money.parse(amount) for kind, amount in kinds.items()}
            for role, kinds in given.items()
        }
    except (msgspec.DecodeError, InvalidMoney) as error:
        raise ValueError(str(error)) from None
    roles = [*DEFAULTS, *(role for role in amounts if role not in DEFAULTS)]
    return {role: {**DEFAULTS.get(role, {}), **amounts.get(role, {})} for role in roles}


def highest(limits: RoleLimits, roles: Collection[str], kind: str) -> Money:
    """Give the highest limit of a kind that one of the roles has."""
    reached = (limits.get(role, {}).get(kind, Money(0)) for role in roles)
    return max(reached, default=Money(0))
