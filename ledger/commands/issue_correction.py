"""IssueCorrection: a payment message that became a dead letter is posted after all, once."""

from typing import ClassVar

from ledger.commands import correction_steps, steps
from ledger.commands.command import AccountCommand, Decided, Facts
from ledger.commands.course import Course
from ledger.commands.message_names import message_name
from ledger.domain.loan import Loan
from ledger.domain.rights import Right
from proto.values import Key, Money


class IssueCorrection(AccountCommand, frozen=True, kw_only=True):
    """Post the payment of a message that never was posted."""

    right: ClassVar = Right.CORRECT_PAYMENT
    original_message_id: Key
    amount: Money
    approved_by: str
    payment_reference: Key


def decide(loan: Loan | None, command: IssueCorrection, facts: Facts) -> Decided:
    """Post it like a repayment, from its date on."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=True)
    name = message_name(command.original_message_id, facts)
    facts.permissions.require_limit(command.limit_kind, command.amount, field="amount")
    course = Course(loan, facts)
    posted = correction_steps.pay(
        course,
        command,
        correction_steps.Payment(
            amount=command.amount,
            approved_by=Key(command.approved_by),
            payment_reference=command.payment_reference,
            original_message_id=command.original_message_id,
        ),
    )
    correction_steps.finish(course, posted, loan, command.amount)
    return Decided(events=course.events(), names=(name,))
