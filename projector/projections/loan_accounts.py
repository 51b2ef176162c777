"""Projection `loan-accounts`: the accounts with their balances and schedules, guarded.

An account of our own ledger is made by the ledger's events alone; accounts from outside
come in no usable order, so that each event is held against what is known already
(events.md, section 4).
"""

from collections.abc import Iterator

from bson import Decimal128

from projector.happening import ACCOUNTS, CUSTOMERS, Change, Documents, Happening, Reads, Stored
from projector.projections import account_ageing, account_schedule, account_status, portfolio
from projector.projections.account_postings import posted
from projector.projections.account_status import STATUSES, TERMINAL, When
from projector.projections.last_payment import with_last_payment
from proto.codec import stored_money, to_mongo
from proto.events import (
    AccountClosed,
    AccountCreated,
    AccountEvent,
    AccountStatusChanged,
    AccountUpdated,
    AgingUpdated,
    PostingEvent,
    ScheduleCreated,
    ScheduleUpdated,
)
from proto.values import Instant, Money

Told = AccountEvent | PostingEvent


def reads(happening: Happening) -> Reads:
    """Name the account, and the customer whose name it shows."""
    event = happening.event
    shared = (portfolio.PLACE,) if happening.ledger is not None else ()
    if isinstance(event, AccountCreated | AccountClosed):
        return Reads(((ACCOUNTS, event.account_id), (CUSTOMERS, event.customer_id), *shared))
    return Reads(((ACCOUNTS, event.account_id), *shared)) if isinstance(event, Told) else Reads()


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:
    """Give the account's document after the event."""
    event = happening.event
    if not isinstance(event, Told):
        return
    account = documents.get(ACCOUNTS, event.account_id)
    if account is not None and account.get("source") == "ledger" and happening.ledger is None:
        return
    if isinstance(event, ScheduleUpdated) and not event.payments:
        return
    before = account or _stub(event.account_id, happening)
    after = _after(before, event, happening)
    if after is not before or account is None:
        yield Change(ACCOUNTS, event.account_id, _with_name(after, documents))
    if happening.ledger is not None:
        yield from portfolio.moved(account, after, documents)


def _stub(account_id: str, happening: Happening) -> Stored:
    """Begin an account of which nothing but its id is known yet."""
    return {
        "_id": str(account_id),
        "loanAccountId": str(account_id),
        "source": "external" if happening.ledger is None else "ledger",
        "accountNumber": str(account_id),
        "accountStatus": "unknown",
    }


def _after(  # noqa: PLR0911 - one line a kind of event
    account: Stored, event: Told, happening: Happening
) -> Stored:
    match event:
        case AccountCreated():
            return _created(account, event, _when(happening, None))
        case AccountUpdated():
            return _updated(account, event, _when(happening, event.timestamp))
        case AccountStatusChanged():
            when = _when(happening, event.changed_at)
            return account_status.with_status(account, event.new_status, when)
        case AccountClosed():
            return _closed(account, event)
        case ScheduleCreated():
            schedule = account_schedule.agreed(account.get("repaymentSchedule", {}), event)
            return {**account, "repaymentSchedule": schedule}
        case ScheduleUpdated():
            ordered = happening.ledger is not None
            before = account.get("repaymentSchedule", {})
            schedule = account_schedule.moved(before, event, ordered=ordered)
            return {**account, "repaymentSchedule": schedule}
        case AgingUpdated():
            return account_ageing.aged(account, event, _when(happening, event.last_updated))
        case _:
            return posted(account, event)


def _when(happening: Happening, told: Instant | None) -> When:
    return When(happening.at, told, ordered=happening.ledger is not None)


def _created(account: Stored, event: AccountCreated, when: When) -> Stored:
    """Fill what is missing and reset nothing, however late the event comes."""
    terms = {
        "loanAmount": to_mongo(event.loan_amount),
        "loanFee": to_mongo(event.loan_fee),
        "totalPayable": to_mongo(event.loan_total_payable),
        "openedDate": str(event.opened_date),
    }
    balances = {
        "currentBalance": to_mongo(event.current_balance),
        "totalOutstanding": to_mongo(event.current_balance),
        "totalPaid": to_mongo(Money(0)),
    }
    told = {
        "applicationNumber": str(event.application_number),
        "signedLoanAgreementUrl": event.signed_loan_agreement_url,
        "commencementDate": to_mongo(event.commencement_date),
        "customerId": str(event.customer_id),
        "customerIdString": str(event.customer_id),
    }
    new = {name: value for name, value in told.items() if value} | account
    new["loanTerms"] = terms | account.get("loanTerms", {})
    new["balances"] = balances | account.get("balances", {})
    if account["accountNumber"] == account["loanAccountId"] and event.account_number:
        new["accountNumber"] = str(event.account_number)
    return _with_first_status(new, event, when, owed=_balance(account))


def _with_first_status(
    account: Stored, event: AccountCreated, when: When, *, owed: Money
) -> Stored:
    """Give the status that the account was made with, where nothing newer is known.

    The balance that an update told before (`owed`), or the status itself, may have said
    that the loan was paid out: then it was disbursed at that time.
    """
    status, said = account["accountStatus"], account.get("sdkStatus")
    pending = STATUSES.get(event.status.upper()) == "pending_disbursement"
    since = account_status.guard_time(account, "status")
    if pending and status == "active" and since is not None:
        return account_status.with_disbursed_date(account, When(since, since).business_date)
    if status != "unknown":
        return account
    if said is not None:
        return {**account, "accountStatus": STATUSES.get(event.status.upper(), "unknown")}
    account = account_status.with_status(account, event.status, when)
    if pending and owed > 0:
        told_at = account_status.guard_time(account, "updated")
        paid_out = When(when.entry_at, told_at, ordered=when.ordered)
        return account_status.with_status(account, "ACTIVE", paid_out)
    return account


def _updated(account: Stored, event: AccountUpdated, when: When) -> Stored:
    if _leaves_balance(event) and not account_status.is_stale(account, "reversed", when):
        account = account_status.guarded(account, "reversed", when)
    if account_status.is_stale(account, "updated", when):
        return _reopened_late(account, event, when)
    raw: str = event.status
    balance = event.current_balance
    waits = account["accountStatus"] == "pending_disbursement"
    if not raw and waits and balance is not None and balance > 0:
        raw = "ACTIVE"
    reopens = _reopens(account, event, when)
    if not raw and reopens:
        raw = "ACTIVE"
    new = account_status.with_status(account, raw, when, reopens=reopens)
    new = account_status.guarded(dict(new), "updated", when)
    if event.commencement_date is not None:
        new["commencementDate"] = str(event.commencement_date)
    if event.signed_loan_agreement_url:
        new["signedLoanAgreementUrl"] = event.signed_loan_agreement_url
    new = with_last_payment(account, new, event, when)
    if balance is None:
        return new
    if _takes(account, balance, when, reopens=reopens):
        return account_status.guarded(_owing(new, to_mongo(balance)), "balance", when)
    if when.told_at is None or when.business_date <= account["closure"]["closedDate"]:
        return new
    return {**new, "closure": {**account["closure"], "laterBalance": to_mongo(balance)}}


def _reopened_late(account: Stored, event: AccountUpdated, when: When) -> Stored:
    """Take a closing back by what an update overtook that told what is owed since."""
    owed = account.get("closure", {}).get("laterBalance")
    if owed is None or not _reopens(account, event, when):
        return account
    if account_status.is_stale(account, "status", when):
        when = When(when.entry_at)  # a status that is newer was refused with the rest
    return _owing(account_status.with_status(account, "ACTIVE", when, reopens=True), owed)


def _owing(account: Stored, owed: Decimal128) -> Stored:
    told = {"currentBalance": owed, "totalOutstanding": owed}
    return {**account, "balances": {**account.get("balances", {}), **told}}


def _reopens(account: Stored, event: AccountUpdated, when: When) -> bool:
    """Tell whether a reversal or correction leaves a balance on an account that was paid off.

    One from before the closing comes late and opens nothing.
    """
    if account["accountStatus"] != "paid_off" or not _leaves_balance(event):
        return False
    closed = account.get("closure", {}).get("closedDate")
    is_late = closed is not None and when.told_at is not None and when.business_date < closed
    return when.ordered or not is_late


def _leaves_balance(event: AccountUpdated) -> bool:
    """Tell whether it comes of a reversal or a correction after which something is owed."""
    kind = event.triggered_by_transaction_type.upper()
    return kind in account_status.REOPENING and (event.current_balance or 0) > 0


def _takes(account: Stored, balance: Money, when: When, *, reopens: bool) -> bool:
    """Tell whether a balance counts: where a closing told the last one, no debt comes back."""
    is_closed = account["accountStatus"] in TERMINAL and "closure" in account
    if when.ordered or reopens or not is_closed:
        return True
    return balance <= _balance(account)


def _balance(account: Stored) -> Money:
    stored: Decimal128 | None = account.get("balances", {}).get("currentBalance")
    return stored_money(stored) if stored is not None else Money(0)


def _closed(account: Stored, event: AccountClosed) -> Stored:
    written_off = event.closure_reason.upper() == "WRITTEN_OFF"
    if account["accountStatus"] == "written_off" and not written_off:
        return account
    stored_date = account.get("closure", {}).get("closedDate")
    if stored_date is not None and event.closed_date < stored_date:
        return account
    customer = str(event.customer_id)
    linked = {"customerId": customer, "customerIdString": customer} if customer else {}
    paid = {"totalPaid": to_mongo(event.total_paid)}
    if not written_off and _is_reversed_since(account, event.closed_date):
        return {**linked, **account, "balances": {**account.get("balances", {}), **paid}}
    closure = {
        "reason": str(event.closure_reason),
        "previousStatus": str(event.previous_status),
        "closedDate": str(event.closed_date),
        "finalBalance": to_mongo(event.final_balance),
        "totalPaid": to_mongo(event.total_paid),
        "loanTotalPayable": to_mongo(event.loan_total_payable),
        "triggeredByTransactionId": str(event.triggered_by_transaction_id) or None,
        "laterBalance": _told_since(account, event.closed_date),
    }
    balances = {
        **account.get("balances", {}),
        "currentBalance": to_mongo(event.final_balance),
        "totalOutstanding": to_mongo(event.final_balance),
        **paid,
    }
    return {
        **linked,
        **account,
        "sdkStatus": "CLOSED",
        "accountStatus": "written_off" if written_off else "paid_off",
        "balances": balances,
        "closure": {name: value for name, value in closure.items() if value is not None},
    }


def _is_reversed_since(account: Stored, closed_date: str) -> bool:
    """Tell whether the closing comes after what took it back, which told of a later day."""
    return _is_since(account, "reversed", closed_date)


def _told_since(account: Stored, closed_date: str) -> Decimal128 | None:
    """Give the balance that was told of a later day than the closing's."""
    if not _is_since(account, "balance", closed_date):
        return None
    owed: Decimal128 = account["balances"]["currentBalance"]
    return owed


def _is_since(account: Stored, guard: str, date: str) -> bool:
    told_at = account_status.guard_time(account, guard)
    return told_at is not None and When(told_at).business_date > date


def _with_name(account: Stored, documents: Documents) -> Stored:
    """Give the account its customer's name, where the customer was read and has one."""
    customer_id = account.get("customerIdString")
    if not customer_id or not documents.knows(CUSTOMERS, customer_id):
        return account
    customer = documents.get(CUSTOMERS, customer_id)
    name = customer.get("fullName") if customer is not None else None
    return {**account, "customerName": name} if name else account
