"""How requests are told: their kinds, states and reasons, and the last plain sentence."""

from typing import Final

from dashboard import formats
from dashboard.commands import (
    apply_dishonour_fee,
    apply_late_fee,
    correction,
    create_staff,
    decide_request,
    disable_staff,
    enable_staff,
    give_start_password,
    make_adjustment,
    record_recovery,
    record_repayment,
    refund_overpayment,
    resolve_letter,
    reverse_transaction,
    revoke_key,
    set_limits,
    set_roles,
    undo_write_off,
    waive_fee,
    write_off,
)
from dashboard.formats import Badge
from dashboard.queries.approvals import RequestRow
from proto.values import Money

KINDS: Final = {
    "write_off": "Write-off",
    "write_off_undo": "Undo of a write-off",
    "recovery": "Recovery",
    "correction": "Correction",
    "waiver": "Fee waiver",
    "adjustment": "Adjustment",
    "reversal": "Reversal",
    "refund": "Refund",
}
STATUSES: Final = {
    "pending": Badge("Pending", "blue"),
    "returned": Badge("Returned", "orange"),
    "approved": Badge("Approved", "green"),
    "rejected": Badge("Rejected", "red"),
    "cancelled": Badge("Taken back", "gray"),
    "expired": Badge("Expired", "gray"),
}
PRIORITIES: Final = {
    "normal": Badge("Normal", "gray"),
    "high": Badge("High", "orange"),
    "urgent": Badge("Urgent", "red"),
}
STRUCTURING: Final = Badge("Split up", "red")
"""The requester's requests of a day pass a limit only together."""

STEPS: Final = {
    "requested": "Asked for",
    "resubmitted": "Asked for again",
    "approved": "Approved",
    "rejected": "Rejected",
    "returned": "Returned",
    "cancelled": "Taken back",
    "expired": "Expired",
}
REASONS: Final = {
    **record_repayment.REASONS,
    **apply_late_fee.REASONS,
    **apply_dishonour_fee.REASONS,
    **record_recovery.REASONS,
    **refund_overpayment.REASONS,
    **correction.REASONS,
    **waive_fee.REASONS,
    **make_adjustment.REASONS,
    **reverse_transaction.REASONS,
    **undo_write_off.REASONS,
    **write_off.REASONS,
    **resolve_letter.REASONS,
    **decide_request.CANCEL_REASONS,
    **create_staff.REASONS,
    **disable_staff.REASONS,
    **enable_staff.REASONS,
    **revoke_key.REASONS,
    **give_start_password.REASONS,
    **set_roles.REASONS,
    **set_limits.REASONS,
}
"""Every list of reasons in one: code on the wire, and the word for it."""

_DOES: Final = {
    "write_off": "Writes off {amount} of account {account} for good.",
    "write_off_undo": "Takes back the write-off of {amount} on account {account}.",
    "recovery": "Records {amount} as recovered on the written-off account {account}.",
    "correction": "Corrects a payment on account {account}; that moves up to {amount}.",
    "waiver": "Waives {amount} of fees on account {account}.",
    "adjustment": "Adjusts account {account} by {amount}.",
    "reversal": "Takes back a transaction of {amount} on account {account}.",
    "refund": "Pays {amount} of account {account} back to the customer.",
}
_OF_ANY_KIND: Final = "Changes account {account} by {amount}."


def kind(code: str) -> str:
    """Say what kind of request it is; one that we have no word for as it came."""
    return KINDS.get(code, code.replace("_", " ").capitalize())


def status(code: str) -> Badge:
    """Say how a request stands."""
    return STATUSES.get(code, Badge(code.capitalize() or formats.NOT_KNOWN, "gray"))


def priority(code: str) -> Badge:
    """Say how soon a decision is needed."""
    return PRIORITIES.get(code, PRIORITIES["normal"])


def reason(code: str) -> str:
    """Say why it was asked for."""
    return REASONS.get(code, code.replace("_", " ").capitalize())


def step(event_type: str) -> str:
    """Say what a step did, by its event: `writeoff.approved.v1`."""
    verb = event_type.split(".")[1] if event_type.count(".") > 1 else event_type
    return STEPS.get(verb, verb.capitalize())


def title(kind_code: str, amount: Money | None) -> str:
    """Name a request in few words: `Write-off, $2,500.00`."""
    return kind(kind_code) if amount is None else f"{kind(kind_code)}, {formats.money(amount)}"


def asked_for(row: RequestRow) -> str:
    """Name a request and its account."""
    return f"{title(row.kind, row.amount)}, account {account_of(row)}"


def account_of(row: RequestRow) -> str:
    """Give the number that staff know the account by."""
    return row.account_number or row.loan_account_id or formats.NOT_KNOWN


def consequence(row: RequestRow) -> str:
    """Say, last of all, what an approval does."""
    sentence = _DOES.get(row.kind, _OF_ANY_KIND)
    return sentence.format(amount=formats.money(row.amount), account=account_of(row))
