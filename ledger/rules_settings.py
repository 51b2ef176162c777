"""The rules' figures from the environment: limits, the senior threshold, days to expiry."""

from collections.abc import Mapping
from typing import Final

from ledger.bad_setting import BadSetting
from ledger.domain.business_day import USUAL, Window
from ledger.domain.rights import DEMO_LIMITS
from ledger.domain.rules import DEFAULT_RULES, Rules
from proto import role_limits

DAYS_MAX: Final = 366


def rules_from(environ: Mapping[str, str]) -> Rules:
    """Read them; empty is the default. Raises BadSetting."""
    senior = environ.get("LEDGER_SENIOR_THRESHOLD") or str(DEFAULT_RULES.senior_threshold)
    try:
        limits = role_limits.read(environ.get(role_limits.SETTING, ""))
        senior_threshold = role_limits.amount("LEDGER_SENIOR_THRESHOLD", senior)
    except role_limits.BadAmounts as wrong:
        raise BadSetting(str(wrong)) from None
    return Rules(
        limits={**limits, **DEMO_LIMITS},
        senior_threshold=senior_threshold,
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


def _days(name: str, environ: Mapping[str, str], usual: int, least: int = 1) -> int:
    text = environ.get(name) or str(usual)
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < len("10000") else -1
    if not least <= days <= DAYS_MAX:
        raise BadSetting(f"{name} must be from {least} to {DAYS_MAX}.")
    return days
