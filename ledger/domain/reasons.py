"""Reason codes, one list per kind of command. The code is plain, for filters."""

from typing import Final

from ledger.errors import Refusal, Refused
from proto.values import Code

WAIVER: Final = (
    "courtesy",
    "bank_error",
    "system_error",
    "hardship",
    "duplicate_charge",
    "other",
)


def check_reason(code: Code, allowed: tuple[str, ...]) -> Code:
    """Give the code, `other` when none was given. Refused when it is not on the list."""
    if not code:
        return Code("other")
    if code not in allowed:
        raise Refused(
            Refusal.INVALID_FIELD,
            f"reason_code must be one of {', '.join(allowed)}.",
            field="reason_code",
        )
    return code
