"""The last payment of an account from outside: as told, or as its balances tell it."""

from projector.happening import Stored
from projector.projections.account_status import When
from proto.codec import stored_money, to_mongo
from proto.events import AccountUpdated
from proto.values import Money


def with_last_payment(before: Stored, after: Stored, event: AccountUpdated, when: When) -> Stored:
    """Give the account with the payment that an update tells; an amount goes with its date."""
    payment = _last_payment(before, after, event, when)
    if not payment:
        return after
    known = before.get("lastPayment", {})
    is_another = payment.get("date") not in (None, known.get("date"))
    return {**after, "lastPayment": payment if is_another else {**known, **payment}}


def _last_payment(before: Stored, after: Stored, event: AccountUpdated, when: When) -> Stored:
    """Give the last payment as told, else as a lower balance of an active account tells it."""
    told = {
        "date": to_mongo(event.last_payment_date),
        "amount": to_mongo(event.last_payment_amount),
    }
    paid = _paid(before, event) if event.last_payment_date is None else None
    if paid is not None and after["accountStatus"] == "active":
        told["date"] = when.business_date
        told["amount"] = told["amount"] or to_mongo(paid)
    return {name: value for name, value in told.items() if value is not None}


def _paid(before: Stored, event: AccountUpdated) -> Money | None:
    """Give by how much a repayment made the balance lower, if it was one and did."""
    kind = event.triggered_by_transaction_type.upper()
    known = before.get("balances", {}).get("currentBalance")
    if kind not in ("", "REPAYMENT") or known is None or event.current_balance is None:
        return None
    paid = Money(stored_money(known) - event.current_balance)
    return paid if paid > 0 else None
