"""Steps of the staircase that several commands share, and the postings' common fields."""

from datetime import date
from functools import cache
from typing import TypedDict

from msgspec import Struct

from ledger.commands.command import AccountCommand, Facts
from ledger.domain import loan as loans
from ledger.domain import schedule
from ledger.domain.bad_debt import WrittenOff
from ledger.domain.business_day import SUPERVISOR, effective_date
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, plus
from ledger.errors import Refusal, Refused
from proto.events import AccountClosed, AccountUpdated, InstalmentShare, ScheduleUpdated
from proto.values import CalendarDate, Code, Instant, Key, Money


class Movement(Struct, frozen=True, kw_only=True):
    """What a posting does to the four balances."""

    principal: Money = ZERO
    interest: Money = ZERO
    fees: Money = ZERO
    overpayment: Money = ZERO


class PostingFields(TypedDict):
    """The fields that every posting has."""

    account_id: Key
    customer_id: Key
    transaction_id: Key
    transaction_type: Code
    transaction_at: Instant
    effective_date: CalendarDate
    principal_delta: Money
    interest_delta: Money
    fee_delta: Money
    overpayment_delta: Money
    principal_after: Money
    interest_after: Money
    fee_after: Money
    overpayment_after: Money
    description: str
    reason_code: Code
    sealed_texts: dict[str, str]
    request_id: Key
    requested_by: Key
    key_mark: Code


def check_approver(approved_by: str, facts: Facts) -> None:
    """Refuse an approver who is not the one who acts: nobody signs for somebody else."""
    if approved_by != facts.actor_id:
        raise Refused(
            Refusal.APPROVER_NOT_ACTOR,
            "approved_by must be the staff member who is signed in.",
            field="approved_by",
        )


def check_version(current: int, expected: int) -> None:
    """Refuse a command on an account that has changed since the caller saw it; 0: any."""
    if expected not in (0, current):
        raise Refused(
            Refusal.STALE_VERSION,
            f"The account has changed since you opened it (version {expected}, now {current}). "
            "Look at it again, then repeat.",
            field="expected_version",
            current_version=current,
        )


def existing(loan: Loan | None, command: AccountCommand, facts: Facts) -> Loan:
    """Give the account. Refused when it is not there, is stale, or the clock went back."""
    if loan is None:
        raise Refused(
            Refusal.NO_SUCH_ACCOUNT,
            f"The ledger has no account {command.loan_account_id}.",
            field="loan_account_id",
        )
    check_version(loan.version, command.expected_version)
    if facts.at < loan.updated_at:
        raise Refused(
            Refusal.CLOCK_WENT_BACK,
            f"The account's last entry is from {loan.updated_at}; nothing can be posted before.",
        )
    return loan


def disbursed(loan: Loan, *, closed_allowed: bool) -> Loan:
    """Refuse what an account's status does not allow: not paid out, written off, closed."""
    if loan.status == loans.PENDING_DISBURSEMENT:
        raise Refused(Refusal.NOT_DISBURSED, "The loan has not been paid out yet.")
    if loan.status == loans.WRITTEN_OFF:
        raise Refused(Refusal.WRITTEN_OFF, "The loan was written off.")
    if loan.status == loans.CLOSED and not closed_allowed:
        raise Refused(Refusal.ACCOUNT_CLOSED, "The loan is paid off and closed.")
    return loan


def written_off(loan: Loan) -> WrittenOff:
    """Give what a write-off took. Refused when the loan is not written off."""
    if loan.written_off is None:
        raise Refused(Refusal.NOT_WRITTEN_OFF, "The loan is not written off.")
    return loan.written_off


def counts_from_today(command: AccountCommand, facts: Facts, what: str) -> None:
    """Refuse another date for what takes or gives back the balance as it is now."""
    if command.effective_date not in ("", facts.today.isoformat()):
        raise Refused(
            Refusal.DATE_OUT_OF_WINDOW,
            f"{what} counts from the day on which it is posted, {facts.today}. "
            "Leave effective_date empty.",
            field="effective_date",
        )


def not_before(command: AccountCommand, earliest: date, what: str) -> None:
    """Refuse a date before that of what a command takes back or gives back."""
    asked = command.effective_date
    if asked and CalendarDate(asked).as_date() < earliest:
        raise Refused(
            Refusal.DATE_OUT_OF_WINDOW,
            f"The effective date {asked} is before that of {what}, {earliest}. "
            "Use that one or a later one.",
            field="effective_date",
        )


def posting(
    loan: Loan,
    command: AccountCommand,
    facts: Facts,
    *,
    transaction_type: str,
    description: str,
    movement: Movement,
    effective_on: CalendarDate | None = None,
) -> PostingFields:
    """Fill the common fields; the event is the account's next, so its version names it.

    It counts from the date that the command asks for, which is checked, unless a rule gives
    another with `effective_on`.
    """
    return PostingFields(
        account_id=loan.account_id,
        customer_id=loan.customer_id,
        transaction_id=Key(f"TXN-{loan.account_id}-{loan.version + 1}"),
        transaction_type=_type(transaction_type),
        transaction_at=facts.at,
        effective_date=effective_on or _effective_date(loan, command, facts),
        principal_delta=movement.principal,
        interest_delta=movement.interest,
        fee_delta=movement.fees,
        overpayment_delta=movement.overpayment,
        principal_after=plus(loan.principal, movement.principal),
        interest_after=plus(loan.interest, movement.interest),
        fee_after=plus(loan.fee_balance, movement.fees),
        overpayment_after=plus(loan.overpayment, movement.overpayment),
        description=description,
        reason_code=command.reason_code,
        sealed_texts=command.texts,
        request_id=facts.request_id,
        requested_by=facts.requested_by,
        key_mark=facts.key_mark,
    )


@cache
def _type(name: str) -> Code:
    """Give a transaction type, one and the same to every posting."""
    return Code(name)


def _effective_date(loan: Loan, command: AccountCommand, facts: Facts) -> CalendarDate:
    """Give the date that the command asks for, within the actor's window. Raises Refused.

    What an approval carries out counts from as far back as its approver may go.
    """
    roles = facts.permissions.roles
    if facts.permissions.granted:
        roles = (*roles, Code(SUPERVISOR))
    return effective_date(
        CalendarDate(command.effective_date),
        facts.today,
        loan.earliest_effective,
        facts.rules.window.days_back(roles),
    )


def schedule_updated(
    loan: Loan,
    posted: PostingFields,
    *,
    paid: tuple[InstalmentShare, ...] = (),
    forgiven: tuple[InstalmentShare, ...] = (),
) -> tuple[ScheduleUpdated, ...]:
    """Tell which instalments a posting touched; none, no event."""
    changes = schedule.changes(
        loan.instalments,
        paid=paid,
        forgiven=forgiven,
        transaction_id=posted["transaction_id"],
        paid_on=posted["effective_date"],
        at=posted["transaction_at"],
    )
    if not changes:
        return ()
    updated = ScheduleUpdated(
        account_id=loan.account_id, schedule_id=loan.schedule_id, payments=changes
    )
    return (updated,)


def schedule_between(
    loan: Loan, after: schedule.Schedule, posted: PostingFields, facts: Facts
) -> tuple[ScheduleUpdated, ...]:
    """Tell what has become of the instalments as they were; nothing, no event."""
    changes = schedule.changes_between(
        loan.instalments,
        after,
        today=facts.today,
        transaction_id=posted["transaction_id"],
        at=facts.at,
    )
    if not changes:
        return ()
    updated = ScheduleUpdated(
        account_id=loan.account_id, schedule_id=loan.schedule_id, payments=changes
    )
    return (updated,)


def debt_after(posted: PostingFields) -> Money:
    """What is owed after a posting."""
    return plus(posted["principal_after"], posted["interest_after"], posted["fee_after"])


def account_updated(loan: Loan, posted: PostingFields) -> AccountUpdated:
    """Tell the new balance and what brought it about."""
    return AccountUpdated(
        account_id=loan.account_id,
        current_balance=debt_after(posted),
        triggered_by_transaction_type=posted["transaction_type"],
        triggered_by_transaction_id=posted["transaction_id"],
        timestamp=posted["transaction_at"],
    )


def closed_when_paid(
    loan: Loan, posted: PostingFields, facts: Facts, total_paid: Money
) -> tuple[AccountClosed, ...]:
    """Close an open account whose debt has become nothing."""
    if debt_after(posted) > 0 or loan.status == loans.CLOSED:
        return ()
    closed = AccountClosed(
        account_id=loan.account_id,
        customer_id=loan.customer_id,
        closure_reason=Code("PAID_OFF"),
        previous_status=loan.status,
        closed_date=CalendarDate(facts.today.isoformat()),
        final_balance=ZERO,
        total_paid=total_paid,
        loan_total_payable=loan.total_payable,
        triggered_by_transaction_id=posted["transaction_id"],
    )
    return (closed,)
