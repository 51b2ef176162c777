"""What an auditor asks of the trail, and the MongoDB conditions that it means."""

from datetime import date, timedelta
from typing import Final, Literal

from msgspec import Struct

from dashboard.formats import midnight
from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, Stored
from proto import documents
from proto.codec import to_mongo
from proto.values import Money

Sort = Literal["newest", "amount", "person"]
Reviewed = Literal["", "none", "verified", "queried"]

_STEPS: Final = (
    "requested",
    "approved",
    "rejected",
    "returned",
    "resubmitted",
    "cancelled",
    "expired",
)
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "waivers": ("fee.waived.v1",),
    "repayments": ("repayment.recorded.v1", "recovery.recorded.v1"),
    "fees": ("fee.applied.v1",),
    "adjustments": ("adjustment.made.v1",),
    "reversals": ("payment.reversed.v1", "payment.correction.v1"),
    "refunds": ("overpayment.refunded.v1",),
    "write_offs": ("account.written_off.v1", "account.write_off_undone.v1"),
    "approvals": (
        *(f"approval.{step}.v1" for step in _STEPS),
        *(f"writeoff.{step}.v1" for step in _STEPS),
    ),
    "loans": (
        "loan.disbursed.v1",
        "account.created.v1",
        "account.updated.v1",
        "account.status_changed.v1",
        "account.closed.v1",
        "account.schedule.created.v1",
        "account.schedule.updated.v1",
    ),
    "ageing": ("loan.aging.updated.v1", "interest.accrued.v1", "day.ended.v1"),
    "notes": ("note.added.v1", "note.amended.v1"),
    "reviews": (
        "item.reviewed.v1",
        "text.revealed.v1",
        "letter.opened.v1",
        "letter.replayed.v1",
        "letter.resolved.v1",
    ),
    "staff": (
        "staff.created.v1",
        "staff.disabled.v1",
        "staff.enabled.v1",
        "staff.roles_set.v1",
        "staff.limits_set.v1",
        "staff.key_enrolled.v1",
        "staff.key_revoked.v1",
        "staff.start_password_given.v1",
        "ledger.read_only_set.v1",
        "rebuild.asked.v1",
    ),
}
"""What auditors filter by, by the code in the address, and the event types that it means."""


class AuditFilter(Struct, frozen=True, kw_only=True):
    """What to show; dates are Sydney's with both ends included, amounts too.

    Sorted by amount, events without one are left out: they have no place in that order.
    """

    kinds: tuple[str, ...] = ()
    from_date: date | None = None
    to_date: date | None = None
    least: Money | None = None
    most: Money | None = None
    actor: str = ""
    approver: str = ""
    customer_id: str = ""
    account_id: str = ""
    reason_code: str = ""
    of_staff: bool = False
    reviewed: Reviewed = ""
    sort: Sort = "newest"


def conditions(database: DeskDatabase, chosen: AuditFilter) -> Stored:
    """Give the conditions, without the order's place; customers and accounts take queries more."""
    every: list[Stored] = []
    types = [each for kind in chosen.kinds for each in KINDS[kind]]
    if types:
        every.append({"eventType": {"$in": types} if len(types) > 1 else types[0]})
    every += [
        {name: value}
        for name, value in (
            ("actor", chosen.actor),
            ("approvedBy", chosen.approver),
            ("reasonCode", chosen.reason_code),
        )
        if value
    ]
    if chosen.account_id:
        every.append({"loanAccountId": _accounts(database, chosen.account_id)})
    every += _ranges(chosen)
    if chosen.customer_id:
        every.append(_of_customers(database, [chosen.customer_id]))
    if chosen.of_staff:
        every.append(_of_customers(database, _staff_customers(database)))
    if chosen.reviewed:
        wanted = None if chosen.reviewed == "none" else chosen.reviewed
        every.append({"reviewStatus": wanted})
    return {"$and": every} if every else {}


def _accounts(database: DeskDatabase, text: str) -> str | Stored:
    """Match an account by its id, or by the number that staff and customers know it by."""
    rows = database[documents.LOAN_ACCOUNTS.name].find(
        {"accountNumber": text}, {"_id": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    ids = sorted({text, *(str(row["_id"]) for row in rows)})
    return {"$in": ids} if len(ids) > 1 else text


def _ranges(chosen: AuditFilter) -> list[Stored]:
    days: Stored = {}
    if chosen.from_date:
        days["$gte"] = midnight(chosen.from_date)
    if chosen.to_date:
        days["$lt"] = midnight(chosen.to_date + timedelta(days=1))
    amounts: Stored = {}
    if chosen.least is not None:
        amounts["$gte"] = to_mongo(chosen.least)
    if chosen.most is not None:
        amounts["$lte"] = to_mongo(chosen.most)
    if chosen.sort == "amount":
        every: list[Stored] = [{"amount": {"$exists": True}}]
    else:
        every = []
    if days:
        every.append({"recordedAt": days})
    if amounts:
        every.append({"amount": {"$exists": True}})
        every.append({"amount": amounts})
    return every


def _of_customers(database: DeskDatabase, customers: list[str]) -> Stored:
    """Match what names one of the customers, and what names one of their accounts alone.

    All of them: time bounds it and no number, for an auditor must not miss the last one.
    """
    rows = database[documents.LOAN_ACCOUNTS.name].find(
        {"customerIdString": {"$in": customers}}, {"_id": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    accounts = sorted(str(row["_id"]) for row in rows)
    named: Stored = {"customerId": {"$in": customers}}
    of_accounts = {"customerId": None, "loanAccountId": {"$in": accounts}}
    return {"$or": [named, of_accounts]} if accounts else named


def _staff_customers(database: DeskDatabase) -> list[str]:
    rows = database[documents.CUSTOMERS.name].find(
        {"staffFlag": True}, {"_id": 1}, max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return sorted(str(row["_id"]) for row in rows)
