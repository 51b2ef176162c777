"""The instalments of an account: as agreed, and what became of each."""

from datetime import datetime
from typing import Final

from projector.happening import Stored
from proto.codec import to_mongo
from proto.events import InstalmentChange, ScheduleCreated, ScheduleUpdated

STATUSES: Final = {
    "PENDING": "scheduled",
    "SCHEDULED": "scheduled",
    "OVERDUE": "missed",
    "MISSED": "missed",
    "PAID": "paid",
    "PARTIAL": "partial",
}


def agreed(schedule: Stored, event: ScheduleCreated) -> Stored:
    """Lay the agreed instalments under what is known of them already.

    A schedule with another id is a new agreement and replaces the old one, unless it is
    the older of the two. What became of its instalments may have been told before it.
    """
    if _is_another(schedule, event.schedule_id):
        if _is_older(schedule, event):
            return schedule
        schedule = _exchanged(schedule, event.schedule_id)
    known = _by_number(schedule)
    for payment in event.payments:
        number = int(payment.payment_number)
        known[number] = {
            "paymentNumber": to_mongo(number),
            "status": "scheduled",
            **known.get(number, {}),
            "dueDate": str(payment.due_date),
            "amount": to_mongo(payment.amount),
        }
    new = {
        **schedule,
        "scheduleId": str(event.schedule_id),
        "numberOfPayments": to_mongo(event.n_payments),
        "paymentFrequency": str(event.payment_frequency).lower(),
        "payments": [known[number] for number in sorted(known)],
    }
    if event.created_date is not None:
        new["createdDate"] = str(event.created_date)
    return new


def moved(schedule: Stored, event: ScheduleUpdated, *, ordered: bool) -> Stored:
    """Note what became of instalments; one not seen yet gets a place to be completed.

    Those of another agreement are kept apart: it was replaced, or is still to come.
    """
    if not ordered and event.schedule_id and _is_another(schedule, event.schedule_id):
        others = _others(schedule)
        other = others.get(event.schedule_id, {"scheduleId": str(event.schedule_id)})
        others[event.schedule_id] = moved(other, event, ordered=ordered)
        return {**schedule, "others": list(others.values())}
    known = _by_number(schedule)
    for change in event.payments:
        number = int(change.payment_number)
        known[number] = _moved(known.get(number) or _placeholder(number), change, ordered=ordered)
    new = {**schedule, "payments": [known[number] for number in sorted(known)]}
    if event.schedule_id and not schedule.get("scheduleId"):
        new["scheduleId"] = str(event.schedule_id)
    return new


def _is_another(schedule: Stored, schedule_id: str) -> bool:
    return schedule.get("scheduleId") not in (None, "", schedule_id)


def _others(schedule: Stored) -> dict[str, Stored]:
    return {each["scheduleId"]: each for each in schedule.get("others", ())}


def _exchanged(schedule: Stored, schedule_id: str) -> Stored:
    """Give what is known of another agreement; one that was only heard of stays known."""
    others = _others(schedule)
    begun = others.pop(schedule_id, {})
    if "numberOfPayments" not in schedule:
        others[schedule["scheduleId"]] = {
            name: schedule[name] for name in ("scheduleId", "payments") if name in schedule
        }
    return {**begun, "others": list(others.values())} if others else begun


def _is_older(schedule: Stored, event: ScheduleCreated) -> bool:
    created = schedule.get("createdDate")
    return created is not None and event.created_date is not None and event.created_date < created


def _by_number(schedule: Stored) -> dict[int, Stored]:
    return {payment["paymentNumber"]: payment for payment in schedule.get("payments", ())}


def _placeholder(number: int) -> Stored:
    return {
        "paymentNumber": to_mongo(number),
        "dueDate": None,
        "amount": None,
        "status": "scheduled",
    }


def _moved(payment: Stored, change: InstalmentChange, *, ordered: bool) -> Stored:
    told = {
        "status": STATUSES.get(change.status.upper()),
        "paidDate": to_mongo(change.paid_date),
        "amountPaid": to_mongo(change.amount_paid),
        "amountRemaining": to_mongo(change.amount_remaining),
        "linkedTransactionIds": to_mongo(change.linked_transaction_ids),
        "lastUpdated": to_mongo(change.last_updated),
    }
    before: datetime | None = payment.get("lastUpdated")
    after: datetime | None = told["lastUpdated"]
    if not ordered and before is not None and after is not None and after < before:
        return payment
    new = {**payment, **{name: value for name, value in told.items() if value is not None}}
    if ordered and change.amount_remaining:
        new.pop("paidDate", None)  # our ledger took a payment back: it is open again
    return new
