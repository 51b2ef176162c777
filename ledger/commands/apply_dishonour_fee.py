"""ApplyDishonourFee: a fee for a payment that the bank sent back, within the caps."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.fee_steps import check_charge
from ledger.domain.loan import Loan
from ledger.domain.rights import Right
from proto.events import FeeApplied, LedgerEvent
from proto.values import Code, Key, Money


class ApplyDishonourFee(AccountCommand, frozen=True, kw_only=True):
    """Charge a dishonour fee; the reference names the payment that was sent back."""

    right: ClassVar = Right.APPLY_DISHONOUR_FEE
    amount: Money
    reference_id: Key = Key("")


def decide(loan: Loan | None, command: ApplyDishonourFee, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Charge it on an open loan, unless loan and fees together would pass their cap."""
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=False)
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="DISHONOUR_FEE",
        description="Dishonour fee",
        movement=steps.Movement(fees=command.amount),
    )
    check_charge(loan, command.amount, "fee_amount")
    applied = FeeApplied(
        **posted,
        reference_type=Code("PAYMENT") if command.reference_id else Code(""),
        reference_id=command.reference_id,
    )
    return (applied, steps.account_updated(loan, posted))
