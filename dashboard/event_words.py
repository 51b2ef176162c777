"""What the ledger's events are called on every screen, and why they happened."""

from typing import Final

from dashboard import request_words

WORDS: Final = {
    "loan.disbursed.v1": "Loan paid out",
    "fee.applied.v1": "Fee charged",
    "fee.waived.v1": "Fee waived",
    "repayment.recorded.v1": "Repayment recorded",
    "recovery.recorded.v1": "Recovery recorded",
    "adjustment.made.v1": "Balance adjusted",
    "payment.reversed.v1": "Transaction reversed",
    "payment.correction.v1": "Payment corrected",
    "overpayment.refunded.v1": "Overpayment refunded",
    "interest.accrued.v1": "Interest accrued",
    "account.written_off.v1": "Account written off",
    "account.write_off_undone.v1": "Write-off undone",
    "account.created.v1": "Account opened",
    "account.updated.v1": "Balances updated",
    "account.status_changed.v1": "Account status changed",
    "account.closed.v1": "Account closed",
    "account.schedule.created.v1": "Schedule made",
    "account.schedule.updated.v1": "Schedule updated",
    "loan.aging.updated.v1": "Ageing updated",
    "day.ended.v1": "Business day ended",
    "approval.requested.v1": "Request asked for",
    "approval.approved.v1": "Request approved",
    "approval.rejected.v1": "Request rejected",
    "approval.returned.v1": "Request returned",
    "approval.resubmitted.v1": "Request asked for again",
    "approval.cancelled.v1": "Request taken back",
    "approval.expired.v1": "Request expired",
    "writeoff.requested.v1": "Write-off asked for",
    "writeoff.approved.v1": "Write-off approved",
    "writeoff.rejected.v1": "Write-off rejected",
    "writeoff.returned.v1": "Write-off returned",
    "writeoff.resubmitted.v1": "Write-off asked for again",
    "writeoff.cancelled.v1": "Write-off taken back",
    "writeoff.expired.v1": "Write-off expired",
    "note.added.v1": "Note added",
    "note.amended.v1": "Note amended",
    "item.reviewed.v1": "Event reviewed",
    "text.revealed.v1": "Text read",
    "letter.opened.v1": "Dead letter opened",
    "letter.replayed.v1": "Dead letter published again",
    "letter.resolved.v1": "Dead letter closed",
    "staff.created.v1": "Staff member created",
    "staff.disabled.v1": "Staff member disabled",
    "staff.enabled.v1": "Staff member enabled",
    "staff.roles_set.v1": "Roles changed",
    "staff.limits_set.v1": "Limits changed",
    "staff.key_enrolled.v1": "Signing key made",
    "staff.key_revoked.v1": "Signing key revoked",
    "staff.start_password_given.v1": "Start password given",
    "ledger.read_only_set.v1": "Read-only switch set",
    "rebuild.asked.v1": "Rebuild asked for",
}
"""Every type that the ledger writes; a request is told as on the screens of requests."""


def of(event_type: str) -> str:
    """Say an event's type in words; one that we have no word for by its name."""
    name = event_type.rsplit(".v", 1)[0]
    return WORDS.get(event_type, name.replace(".", " ").replace("_", " ").capitalize())


def why(reason_code: str, told: str = "") -> str:
    """Say why: the reason of a list, else what the event itself tells."""
    return request_words.reason(reason_code) if reason_code else told
