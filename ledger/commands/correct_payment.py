"""CorrectPayment: a payment is taken back and posted as it should have been, in one command."""

from typing import ClassVar

import msgspec

from ledger.commands import correction_steps, reversal_steps, steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.course import Course
from ledger.domain import reversal
from ledger.domain.loan import Loan
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent
from proto.values import Key, Money


class CorrectPayment(AccountCommand, frozen=True, kw_only=True):
    """Give a payment another amount, date or reference."""

    right: ClassVar = Right.CORRECT_PAYMENT
    transaction_id: Key
    amount: Money
    approved_by: str
    payment_reference: Key = Key("")


def decide(loan: Loan | None, command: CorrectPayment, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Reverse it as of its own date, as if it had never been, and post the right one.

    Where no other date is given, the right one counts from the same day as the wrong one.
    """
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=True)
    original = reversal.find(loan, command.transaction_id)
    if not isinstance(original.event, reversal.PAYMENTS):
        raise Refused(
            Refusal.NOT_REVERSIBLE,
            "Only a payment can be corrected. Reverse the transaction instead.",
            field="transaction_id",
        )
    inverse = reversal.inverse(loan, original.event)
    larger = max(inverse.amount, command.amount)
    facts.permissions.require_limit(command.limit_kind, larger, field="amount")
    course = Course(loan, facts)
    same_day = original.event.effective_date
    reversal_steps.reverse(
        course,
        command,
        original,
        inverse,
        approved_by=command.approved_by,
        effective_on=same_day,
    )
    posted = correction_steps.pay(
        course,
        msgspec.structs.replace(command, texts={}),
        correction_steps.Payment(
            amount=command.amount,
            approved_by=Key(command.approved_by),
            payment_reference=command.payment_reference or original.event.payment_reference,
            original_transaction_id=original.transaction_id,
        ),
        effective_on=None if command.effective_date else same_day,
    )
    correction_steps.finish(course, posted, loan, command.amount)
    return course.events()
