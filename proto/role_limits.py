"""How far the limits of the roles reach: the setting LEDGER_LIMITS, read for ledger and desk.

The ledger alone decides by them; the desk reads the same setting, to tell them of others.
"""

import json
from collections.abc import Collection, Mapping
from typing import Final

from proto.values import InvalidMoney, Money

RoleLimits = Mapping[str, Mapping[str, Money]]
"""By role and kind of limit; what is not named is nothing."""

ROLES: Final = ("support", "supervisor", "compliance", "analyst", "admin")
KINDS: Final = ("waiver", "adjustment", "reversal", "refund", "write_off")

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

SETTING: Final = "LEDGER_LIMITS"
MUST_BE: Final = f'{SETTING} must be JSON like {{"support": {{"waiver": "50.00"}}}}'


class BadAmounts(ValueError):  # noqa: N818 - the reason is the name
    """A setting that names amounts which cannot be; the text says what it must be."""


def read(text: str) -> RoleLimits:
    """Read the setting; what is not named keeps its default. Raises BadAmounts."""
    wrong = BadAmounts(
        f"{MUST_BE}, with the roles {', '.join(ROLES)} and the kinds {', '.join(KINDS)}."
    )
    try:
        given = json.loads(text or "{}")
    except ValueError:
        raise wrong from None
    if not isinstance(given, dict) or not set(given) <= set(ROLES):
        raise wrong
    limits = dict(DEFAULTS)
    for role, kinds in given.items():
        if not isinstance(kinds, dict) or not set(kinds) <= set(KINDS):
            raise wrong
        amounts = {kind: amount(SETTING, each) for kind, each in kinds.items()}
        limits[role] = {**limits.get(role, {}), **amounts}
    return limits


def amount(setting: str, given: object) -> Money:
    """Read an amount that a setting names. Raises BadAmounts."""
    try:
        read_as = Money.parse(str(given))
    except InvalidMoney:
        read_as = Money(-1)
    if not isinstance(given, str) or read_as < 0:
        raise BadAmounts(f'{setting} must be an amount in dollars like "50.00".')
    return read_as


def highest(limits: RoleLimits, roles: Collection[str], kind: str) -> Money:
    """Give the highest limit of a kind that one of the roles has."""
    reached = (limits.get(role, {}).get(kind, Money(0)) for role in roles)
    return max(reached, default=Money(0))
