"""An account's status: what the feeds call it, and which changes are refused."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from projector.happening import Stored
from proto.events import (
    AccountWrittenOff,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Instant

BUSINESS_ZONE: Final = ZoneInfo("Australia/Sydney")

STATUSES: Final = {
    "PENDING": "active",
    "PENDING_DISBURSEMENT": "pending_disbursement",
    "ACTIVE": "active",
    "SUSPENDED": "in_arrears",
    "CLOSED": "paid_off",
    "WRITTEN_OFF": "written_off",
}
PENDING: Final = frozenset({"PENDING", "PENDING_DISBURSEMENT"})
UNDER_WAY: Final = frozenset({"ACTIVE", "SUSPENDED", "CLOSED", "WRITTEN_OFF"})
TERMINAL: Final = frozenset({"paid_off", "written_off"})
REOPENING: Final = frozenset({"REVERSAL", "CORRECTION"})
"""Kinds of transaction that may bring a paid-off account back."""


class When(Struct, frozen=True):
    """The time of an event: the entry's, and the one that its body tells, if any.

    Events of our ledger are `ordered`: their version decides, not their time.
    """

    entry_at: datetime
    told_at: Instant | None = None
    ordered: bool = False

    @property
    def at(self) -> datetime:
        """The event's time; the entry's serves only where the body tells none."""
        return self.told_at or self.entry_at

    @property
    def business_date(self) -> str:
        """The date on the business's calendar."""
        return self.at.astimezone(BUSINESS_ZONE).date().isoformat()


def is_stale(account: Stored, guard: str, when: When) -> bool:
    """Tell whether something newer of this kind was applied already."""
    applied: str | None = account.get("guards", {}).get(guard)
    return (
        not when.ordered
        and applied is not None
        and when.told_at is not None
        and str(when.told_at) < applied
    )


def guarded(account: Stored, guard: str, when: When) -> Stored:
    """Remember the time of what was applied; an event without one moves no guard.

    It is kept as text, which has an order too: a date of MongoDB has whole milliseconds,
    within which a feed may well change its mind.
    """
    if when.ordered or when.told_at is None:
        return account
    return {**account, "guards": {**account.get("guards", {}), guard: str(when.told_at)}}


def guard_time(account: Stored, guard: str) -> Instant | None:
    """Give the time of the newest event of this kind that was applied and told one."""
    applied: str | None = account.get("guards", {}).get(guard)
    return Instant.parse(applied) if applied is not None else None


def disbursed_date(account: Stored) -> str | None:
    """Give the date of disbursement, once it is stamped."""
    date: str | None = account.get("loanTerms", {}).get("disbursedDate")
    return date


def is_refused(account: Stored, raw: str, *, reopens: bool = False) -> bool:
    """Tell whether the one-way or the terminal guard refuses a status."""
    status = account.get("accountStatus")
    said = str(account.get("sdkStatus") or "").upper()
    under_way = said in UNDER_WAY or status in TERMINAL or disbursed_date(account) is not None
    if raw.upper() in PENDING and under_way:
        return True
    becomes = STATUSES.get(raw.upper())
    if status == "written_off":
        return becomes not in (None, "written_off")
    if status == "paid_off":
        return becomes not in (None, *TERMINAL) and not reopens
    return False


def with_status(account: Stored, raw: str, when: When, *, reopens: bool = False) -> Stored:
    """Give the account in a status that its feed names, unless a guard refuses it."""
    if not raw or is_refused(account, raw, reopens=reopens) or is_stale(account, "status", when):
        return account
    new = guarded({**account, "sdkStatus": raw}, "status", when)
    becomes = STATUSES.get(raw.upper())
    if becomes is None:
        return {"accountStatus": "unknown", **new}
    if account.get("accountStatus") in TERMINAL and becomes not in TERMINAL:
        new.pop("closure", None)
    new["accountStatus"] = becomes
    if account.get("accountStatus") == "pending_disbursement" and becomes == "active":
        return with_disbursed_date(new, when.business_date)
    return new


def with_disbursed_date(account: Stored, date: str) -> Stored:
    """Stamp the date of disbursement, which happens once."""
    if disbursed_date(account) is not None:
        return account
    return {**account, "loanTerms": {**account.get("loanTerms", {}), "disbursedDate": date}}


def after_posting(account: Stored, event: PostingEvent) -> Stored:
    """Give the account in the status that the posting alone brings about.

    A written-off account returns only by the undoing of its write-off. A paid-off one returns
    by the update that a reversal or a correction brings about, where that leaves a balance
    (events.md, section 4): a correction takes the wrong payment back before it posts the
    right one, and what is owed in between opens nothing.
    """
    status = account.get("accountStatus")
    match event:
        case AccountWrittenOff():
            return {**account, "accountStatus": "written_off", "sdkStatus": "WRITTEN_OFF"}
        case WriteOffUndone() if status == "written_off":
            return _returned(account)
        case _:
            return account


def _returned(account: Stored) -> Stored:
    """Let a closed account be under way again."""
    new = {name: value for name, value in account.items() if name != "closure"}
    return {**new, "accountStatus": "active", "sdkStatus": "ACTIVE"}
