"""RefundOverpayment: what a customer had paid too much is paid back."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.domain.loan import Loan
from ledger.domain.money import dollars, negative
from ledger.domain.posted import owed_back_since
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, OverpaymentRefunded
from proto.values import Code, Key, Money


class RefundOverpayment(AccountCommand, frozen=True, kw_only=True):
    """Pay an overpayment back, all of it or a part."""

    right: ClassVar = Right.REFUND_OVERPAYMENT
    amount: Money
    approved_by: str
    payment_reference: Key = Key("")


def decide(loan: Loan | None, command: RefundOverpayment, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Pay back no more than is owed to the customer."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=True)
    if command.amount > loan.overpayment:
        raise Refused(
            Refusal.REFUND_EXCEEDS_OVERPAYMENT,
            f"{dollars(command.amount)} is more than can be refunded: "
            f"{dollars(loan.overpayment)} is owed to the customer.",
            field="amount",
            limit=loan.overpayment,
        )
    since = owed_back_since(loan.postings, command.amount)
    steps.not_before(command, since, "the overpayment")
    facts.permissions.require_limit(command.limit_kind, command.amount, field="amount")
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="REFUND",
        description="Overpayment refunded",
        movement=steps.Movement(overpayment=negative(command.amount)),
    )
    refunded = OverpaymentRefunded(
        **posted,
        reference_type=Code("PAYMENT") if command.payment_reference else Code(""),
        reference_id=command.payment_reference,
        amount=command.amount,
        approved_by=Key(command.approved_by),
        payment_reference=command.payment_reference,
    )
    return (refunded, steps.account_updated(loan, posted))
