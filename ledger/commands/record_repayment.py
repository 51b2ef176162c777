"""RecordRepayment: money came in; fees first, then interest, then principal."""

from typing import ClassVar, Final

import msgspec

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Decided, Facts
from ledger.commands.message_names import message_name
from ledger.domain import schedule
from ledger.domain.allocation import allocate
from ledger.domain.loan import Loan
from ledger.domain.money import check_size, negative, plus
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import NO_CODE, LedgerEvent, RepaymentRecorded
from proto.values import Code, Key, Money

_PAYMENT: Final = Code("PAYMENT")


class RecordRepayment(AccountCommand, frozen=True, kw_only=True):
    """Record a payment of the customer, for one instalment first where one is named."""

    right: ClassVar = Right.RECORD_REPAYMENT
    amount: Money
    payment_id: Key = Key("")
    payment_method: Code = Code("")
    payment_reference: Key = Key("")
    target_payment_number: int = 0
    schedule_id: Key = Key("")
    message_id: Key = Key("")
    """The message of the inbox that brought it, if one did."""


def decide(loan: Loan | None, command: RecordRepayment, facts: Facts) -> Decided:
    """Share the money out; what exceeds the debt, also of a closed loan, is owed back."""
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=True)
    _check_target(loan, command)
    names = (message_name(command.message_id, facts),) if command.message_id else ()
    total_paid = plus(loan.total_paid, command.amount)
    check_size("amount", total_paid)
    parts = allocate(loan, command.amount)
    shares = schedule.allocate(loan.instalments, parts.instalments, command.target_payment_number)
    reference = command.payment_id or command.payment_reference
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="REPAYMENT",
        description="Repayment",
        movement=steps.Movement(
            principal=negative(parts.principal),
            interest=negative(parts.interest),
            fees=negative(parts.fees),
            overpayment=parts.overpayment,
        ),
    )
    recorded = RepaymentRecorded(
        **posted,
        reference_type=_PAYMENT if reference else NO_CODE,
        reference_id=reference,
        amount=command.amount,
        payment_id=command.payment_id,
        payment_method=command.payment_method,
        payment_reference=command.payment_reference,
        original_message_id=command.message_id,
        fee_shares=parts.fee_shares,
        instalment_shares=shares,
    )
    updated = msgspec.structs.replace(
        steps.account_updated(loan, posted),
        last_payment_date=posted["effective_date"],
        last_payment_amount=command.amount,
    )
    events: tuple[LedgerEvent, ...] = (
        recorded,
        *steps.schedule_updated(loan, posted, paid=shares),
        updated,
        *steps.closed_when_paid(loan, posted, facts, total_paid),
    )
    return Decided(events=events, names=names)


def _check_target(loan: Loan, command: RecordRepayment) -> None:
    """Refuse another schedule than the account's, and an instalment that asks for nothing."""
    if command.schedule_id and command.schedule_id != loan.schedule_id:
        raise Refused(
            Refusal.SCHEDULE_DIFFERS,
            f"The account's schedule is {loan.schedule_id}, not {command.schedule_id}.",
            field="schedule_id",
        )
    if not command.target_payment_number:
        return
    if schedule.find(loan.instalments, command.target_payment_number).remaining == 0:
        raise Refused(
            Refusal.INSTALMENT_PAID,
            f"Instalment {command.target_payment_number} is paid already. Choose another.",
            field="target_payment_number",
        )
