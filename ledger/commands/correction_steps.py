"""Steps of every correction: a payment posted as it should have been."""

from msgspec import Struct

from ledger.commands import reversal_steps, steps
from ledger.commands.command import AccountCommand
from ledger.commands.course import Course
from ledger.domain import schedule
from ledger.domain.allocation import allocate
from ledger.domain.loan import Loan
from ledger.domain.money import check_size, negative, plus
from proto.events import PaymentCorrected
from proto.values import CalendarDate, Code, Key, Money


class Payment(Struct, frozen=True, kw_only=True):
    """The payment as it should have been, and what it stands for."""

    amount: Money
    approved_by: Key
    payment_reference: Key
    original_transaction_id: Key = Key("")
    original_message_id: Key = Key("")

    @property
    def reference(self) -> tuple[Code, Key]:
        """What the transaction refers to."""
        if self.original_transaction_id:
            return Code("TRANSACTION"), self.original_transaction_id
        return Code("MESSAGE"), self.original_message_id


def pay(
    course: Course,
    command: AccountCommand,
    payment: Payment,
    *,
    effective_on: CalendarDate | None = None,
) -> steps.PostingFields:
    """Share the money out like a repayment."""
    loan = course.loan
    check_size("amount", plus(loan.total_paid, payment.amount))
    parts = allocate(loan, payment.amount)
    shares = schedule.allocate(loan.instalments, parts.instalments)
    posted = steps.posting(
        loan,
        command,
        course.facts,
        transaction_type="CORRECTION",
        description="Payment corrected",
        movement=steps.Movement(
            principal=negative(parts.principal),
            interest=negative(parts.interest),
            fees=negative(parts.fees),
            overpayment=parts.overpayment,
        ),
        effective_on=effective_on,
    )
    kind, reference = payment.reference
    corrected = PaymentCorrected(
        **posted,
        reference_type=kind,
        reference_id=reference,
        amount=payment.amount,
        approved_by=payment.approved_by,
        original_transaction_id=payment.original_transaction_id,
        original_message_id=payment.original_message_id,
        payment_reference=payment.payment_reference,
        fee_shares=parts.fee_shares,
        instalment_shares=shares,
    )
    course.add(corrected, *steps.schedule_updated(loan, posted, paid=shares))
    return posted


def finish(course: Course, posted: steps.PostingFields, was: Loan, amount: Money) -> None:
    """Tell the balance, and the payment as the last one."""
    reversal_steps.finish(
        course,
        posted,
        was,
        last_payment=(posted["effective_date"], amount),
    )
