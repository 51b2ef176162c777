"""Reason codes, one list per kind of command. The code is plain, for filters."""

from typing import Final

from ledger.errors import Refusal, Refused
from proto.values import Code

REPAYMENT: Final = (
    "instalment",
    "extra_payment",
    "payment_arrangement",
    "payoff",
    "not_in_bank_file",
    "other",
)

LATE_FEE: Final = ("missed_payment", "late_payment", "arrangement_not_kept", "other")

DISHONOUR_FEE: Final = (
    "insufficient_funds",
    "bank_account_closed",
    "authority_cancelled",
    "payment_stopped",
    "other",
)

WAIVER: Final = (
    "courtesy",
    "bank_error",
    "system_error",
    "hardship",
    "duplicate_charge",
    "other",
)

ADJUSTMENT: Final = (
    "posting_error",
    "system_error",
    "rounding",
    "hardship",
    "settlement",
    "dispute_resolved",
    "other",
)

WRITE_OFF: Final = (
    "hardship",
    "bankruptcy",
    "deceased",
    "unable_to_locate",
    "fraud_victim",
    "disputed",
    "aged_debt",
    "other",
)

WRITE_OFF_UNDO: Final = (
    "written_off_in_error",
    "customer_resumed_payments",
    "dispute_resolved",
    "other",
)

RECOVERY: Final = ("customer_payment", "debt_agency", "estate", "insurance", "other")

REFUND: Final = ("overpaid", "duplicate_payment", "paid_after_payoff", "other")

REVERSAL: Final = (
    "dishonoured",
    "duplicate",
    "wrong_account",
    "wrong_amount",
    "posting_error",
    "customer_dispute",
    "other",
)

CORRECTION: Final = (
    "wrong_amount",
    "wrong_date",
    "wrong_account",
    "never_posted",
    "posting_error",
    "other",
)

LETTER: Final = (
    "came_twice",
    "sent_again",
    "test_message",
    "not_ours",
    "posted_otherwise",
    "other",
)

STAFF_CREATED: Final = ("new_hire", "temporary_cover", "service_account", "other")

STAFF_DISABLED: Final = ("left", "long_absence", "suspended", "security", "other")

STAFF_ENABLED: Final = ("is_back", "disabled_in_error", "cleared", "other")

KEY_REVOKED: Final = ("forgotten", "lost", "security", "left", "other")

START_PASSWORD_GIVEN: Final = (
    "password_forgotten",
    "never_used",
    "locked_out",
    "security",
    "other",
)

ROLES_SET: Final = ("new_duties", "temporary_cover", "cover_ended", "correction", "other")

LIMITS_SET: Final = (
    "new_duties",
    "temporary_cover",
    "cover_ended",
    "risk_review",
    "correction",
    "other",
)

REQUEST_CANCELLED: Final = (
    "entered_in_error",
    "not_needed",
    "asked_otherwise",
    "customer_withdrew",
    "other",
)


def check_reason(code: Code, allowed: tuple[str, ...]) -> Code:
    """Give the code, `other` when none was given. Refused when it is not on the list."""
    return check_given(code, allowed) or Code("other")


def check_given(code: Code, allowed: tuple[str, ...]) -> Code:
    """Give the code, which may be left out. Refused when it is not on the list."""
    return check_needed(code, allowed) if code else code


def check_needed(code: Code, allowed: tuple[str, ...]) -> Code:
    """Give the code. Refused when there is none, or one that is not on the list."""
    if code not in allowed:
        raise Refused(
            Refusal.INVALID_FIELD,
            f"reason_code must be one of {', '.join(allowed)}.",
            field="reason_code",
        )
    return code
