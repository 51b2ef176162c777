"""The rules' figures from the environment: limits, the senior threshold, days to expiry."""

import json
from collections.abc import Mapping
from typing import Final

from ledger.bad_setting import BadSetting
from ledger.domain.business_day import USUAL, Window
from ledger.domain.rights import DEFAULT_LIMITS, LIMIT_KINDS, ROLES
from ledger.domain.rules import DEFAULT_RULES, Rules
from proto.values import InvalidMoney, Money

DAYS_MAX: Final = 366
_LIMITS_EXAMPLE: Final = '{"support": {"waiver": "50.00"}}'


def rules_from(environ: Mapping[str, str]) -> Rules:
    """Read them; empty is the default. Raises BadSetting."""
    return Rules(
        limits=_limits(environ.get("LEDGER_LIMITS") or "{}"),
        senior_threshold=_money(
            "LEDGER_SENIOR_THRESHOLD",
            environ.get("LEDGER_SENIOR_THRESHOLD") or str(DEFAULT_RULES.senior_threshold),
        ),
        approval_expires_days=_days(
            "LEDGER_APPROVAL_EXPIRES_DAYS", environ, DEFAULT_RULES.approval_expires_days
        ),
        window=_window(environ),
    )


def _window(environ: Mapping[str, str]) -> Window:
    """Read how far back a posting may count."""
    return Window(
        backdated_days_max=_days(
            "LEDGER_BACKDATE_DAYS", environ, USUAL.backdated_days_max, least=0
        ),
        supervisor_backdated_days_max=_days(
            "LEDGER_BACKDATE_DAYS_SUPERVISOR",
            environ,
            USUAL.supervisor_backdated_days_max,
            least=0,
        ),
    )


def _limits(text: str) -> dict[str, dict[str, Money]]:
    """Read the roles' limits; what is not named keeps its default."""
    wrong = BadSetting(
        f"LEDGER_LIMITS must be JSON like {_LIMITS_EXAMPLE}, with the roles "
        f"{', '.join(ROLES)} and the kinds {', '.join(LIMIT_KINDS)}."
    )
    try:
        given = json.loads(text)
    except ValueError:
        raise wrong from None
    if not isinstance(given, dict) or not set(given) <= set(ROLES):
        raise wrong
    limits = {role: dict(kinds) for role, kinds in DEFAULT_LIMITS.items()}
    for role, kinds in given.items():
        if not isinstance(kinds, dict) or not set(kinds) <= set(LIMIT_KINDS):
            raise wrong
        amounts = {kind: _money("LEDGER_LIMITS", amount) for kind, amount in kinds.items()}
        limits[role] = {**limits.get(role, {}), **amounts}
    return limits


def _money(name: str, text: object) -> Money:
    try:
        amount = Money.parse(str(text))
    except InvalidMoney:
        amount = Money(-1)
    if not isinstance(text, str) or amount < 0:
        raise BadSetting(f'{name} must be an amount in dollars like "50.00".')
    return amount


def _days(name: str, environ: Mapping[str, str], usual: int, least: int = 1) -> int:
    text = environ.get(name) or str(usual)
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < len("10000") else -1
    if not least <= days <= DAYS_MAX:
        raise BadSetting(f"{name} must be from {least} to {DAYS_MAX}.")
    return days
