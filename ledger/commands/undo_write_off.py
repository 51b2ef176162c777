"""UndoWriteOff: the balance stands again, and what was recovered since has paid of it."""

from typing import ClassVar

import msgspec

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.course import Course
from ledger.domain import loan as loans
from ledger.domain import schedule
from ledger.domain.allocation import allocate
from ledger.domain.bad_debt import Recovery
from ledger.domain.loan import Loan
from ledger.domain.money import negative
from ledger.domain.rights import Right
from proto.events import LedgerEvent, PaymentCorrected, PaymentReversed, WriteOffUndone
from proto.values import Code, Key


class UndoWriteOff(AccountCommand, frozen=True, kw_only=True):
    """Take a write-off back."""

    right: ClassVar = Right.UNDO_WRITE_OFF
    approved_by: str


def decide(loan: Loan | None, command: UndoWriteOff, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Give back exactly what was taken, then post each recovery as the payment it now is."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    taken = steps.written_off(loan)
    steps.counts_from_today(command, facts, "The undo of a write-off")
    facts.permissions.require_limit(command.limit_kind, taken.amount, field="")
    undone = steps.posting(
        loan,
        command,
        facts,
        transaction_type="WRITE_OFF_UNDO",
        description="Write-off undone",
        movement=steps.Movement(
            principal=taken.principal, interest=taken.interest, fees=taken.fees
        ),
    )
    course = Course(loan, facts)
    course.add(
        WriteOffUndone(
            **undone,
            reference_type=Code("TRANSACTION"),
            reference_id=taken.transaction_id,
            amount=taken.amount,
            approved_by=Key(command.approved_by),
            original_transaction_id=taken.transaction_id,
        )
    )
    last, silent = undone, msgspec.structs.replace(command, texts={})
    for recovery in loan.recoveries:
        _take_back(course, recovery, silent, facts)
        last = _pay(course, recovery, silent, facts)
    updated = steps.account_updated(loan, last)
    course.add(
        msgspec.structs.replace(
            updated,
            status=loans.ACTIVE,
            triggered_by_transaction_type=undone["transaction_type"],
            triggered_by_transaction_id=undone["transaction_id"],
        )
    )
    course.add(*steps.closed_when_paid(course.loan, last, facts, course.loan.total_paid))
    return course.events()


def _take_back(course: Course, recovery: Recovery, command: UndoWriteOff, facts: Facts) -> None:
    """Reverse the income that a recovery was while nothing was owed."""
    posted = steps.posting(
        course.loan,
        command,
        facts,
        transaction_type="REVERSAL",
        description="Recovery reversed, its loan is owed again",
        movement=steps.Movement(),
    )
    reversal = PaymentReversed(
        **posted,
        reference_type=Code("TRANSACTION"),
        reference_id=recovery.transaction_id,
        amount=recovery.amount,
        approved_by=Key(command.approved_by),
        original_transaction_id=recovery.transaction_id,
        original_transaction_type=Code("RECOVERY"),
        original_event_id=recovery.event_id,
    )
    course.add(reversal)


def _pay(
    course: Course, recovery: Recovery, command: UndoWriteOff, facts: Facts
) -> steps.PostingFields:
    """Post the same money as a payment: fees first, then interest, then principal."""
    loan = course.loan
    parts = allocate(loan, recovery.amount)
    shares = schedule.allocate(loan.instalments, parts.instalments)
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="CORRECTION",
        description="Recovery posted as a payment",
        movement=steps.Movement(
            principal=negative(parts.principal),
            interest=negative(parts.interest),
            fees=negative(parts.fees),
            overpayment=parts.overpayment,
        ),
    )
    corrected = PaymentCorrected(
        **posted,
        reference_type=Code("TRANSACTION"),
        reference_id=recovery.transaction_id,
        amount=recovery.amount,
        approved_by=Key(command.approved_by),
        original_transaction_id=recovery.transaction_id,
        payment_reference=recovery.payment_reference,
        fee_shares=parts.fee_shares,
        instalment_shares=shares,
    )
    course.add(corrected, *steps.schedule_updated(loan, posted, paid=shares))
    return posted
