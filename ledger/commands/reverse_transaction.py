"""ReverseTransaction: a transaction is taken back; it stays in the books beside its inverse."""

from typing import ClassVar

from ledger.commands import reversal_steps, steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.course import Course
from ledger.commands.fee_steps import check_charge
from ledger.domain import fees, reversal
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, minus
from ledger.domain.rights import Right
from proto.events import LedgerEvent
from proto.values import Key


class ReverseTransaction(AccountCommand, frozen=True, kw_only=True):
    """Take one transaction back, whole."""

    right: ClassVar = Right.REVERSE_TRANSACTION
    transaction_id: Key
    approved_by: str


def decide(loan: Loan | None, command: ReverseTransaction, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Take it back once. Of a written-off loan only payments, which adds to the write-off."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    original = reversal.find(loan, command.transaction_id)
    reversal_steps.require_running(loan, original)
    reversal_steps.check_date(command, original)
    inverse = reversal.inverse(loan, original.event)
    again = minus(fees.charged(inverse.after.fees), fees.charged(loan.fees))
    if again > ZERO:  # a waiver or a fee's decrease is taken back: the fee is charged again
        check_charge(loan, again, "transaction_id")
    facts.permissions.require_limit(command.limit_kind, inverse.amount, field="transaction_id")
    course = Course(loan, facts)
    posted = reversal_steps.reverse(
        course, command, original, inverse, approved_by=command.approved_by
    )
    reversal_steps.finish(course, posted, loan)
    return course.events()
