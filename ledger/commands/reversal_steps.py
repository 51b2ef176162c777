"""Steps that a reversal and a correction share: the inverse of a transaction as events."""

import msgspec

from ledger.commands import steps
from ledger.commands.command import AccountCommand
from ledger.commands.course import Course
from ledger.domain import loan as loans
from ledger.domain import reversal
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO
from ledger.domain.posted import Posted
from ledger.domain.reversal import Inverse
from ledger.errors import Refusal, Refused
from proto.events import PaymentReversed, RecoveryRecorded
from proto.values import CalendarDate, Code, Key, Money


def check_date(command: AccountCommand, original: Posted) -> None:
    """Refuse a date before the transaction that is to be taken back."""
    steps.not_before(command, original.effective, "the transaction itself")


def reverse(
    course: Course,
    command: AccountCommand,
    original: Posted,
    inverse: Inverse,
    *,
    approved_by: str,
    effective_on: CalendarDate | None = None,
) -> steps.PostingFields:
    """Post the inverse of a transaction, and tell what it does to the instalments."""
    loan, event = course.loan, original.event
    lost = loan.written_off is not None
    posted = steps.posting(
        loan,
        command,
        course.facts,
        transaction_type="REVERSAL",
        description=f"{event.description} reversed",
        movement=steps.Movement()
        if lost
        else steps.Movement(
            principal=inverse.principal,
            interest=inverse.interest,
            fees=inverse.fees,
            overpayment=inverse.overpayment,
        ),
        effective_on=effective_on,
    )
    reversed_ = PaymentReversed(
        **posted,
        reference_type=Code("TRANSACTION"),
        reference_id=original.transaction_id,
        amount=inverse.amount,
        approved_by=Key(approved_by),
        original_transaction_id=original.transaction_id,
        original_transaction_type=event.transaction_type,
        original_event_id=original.event_id,
        paid_delta=inverse.paid,
        fee_changes=inverse.fee_changes,
        instalment_shares=inverse.unpaid,
        principal_written_off=inverse.principal if lost else ZERO,
        interest_written_off=inverse.interest if lost else ZERO,
        fees_written_off=inverse.fees if lost else ZERO,
    )
    after = inverse.after.instalments
    course.add(reversed_, *steps.schedule_between(loan, after, posted, course.facts))
    return posted


def finish(
    course: Course,
    posted: steps.PostingFields,
    was: Loan,
    last_payment: tuple[CalendarDate, Money] | None = None,
) -> None:
    """Tell the new balance; a paid-off account with a balance is open again, or the reverse."""
    updated = steps.account_updated(was, posted)
    if last_payment is not None:
        day, amount = last_payment
        updated = msgspec.structs.replace(
            updated, last_payment_date=day, last_payment_amount=amount
        )
    is_open_again = was.status == loans.CLOSED and course.loan.total_outstanding > ZERO
    if is_open_again:
        updated = msgspec.structs.replace(updated, status=loans.ACTIVE)
    course.add(updated)
    if course.loan.is_running:
        closing = steps.closed_when_paid(course.loan, posted, course.facts, course.loan.total_paid)
        course.add(*closing)


def require_running(loan: Loan, original: Posted) -> None:
    """Refuse what a written-off loan does not allow: only money that came in is taken back."""
    allowed = (*reversal.PAYMENTS, RecoveryRecorded)
    if loan.written_off is not None and not isinstance(original.event, allowed):
        raise Refused(
            Refusal.WRITTEN_OFF,
            "The loan was written off: only payments can be reversed. Undo the write-off first.",
        )
