"""ApplyLateFee: a fee for paying late, within the caps."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.fee_steps import check_charge
from ledger.domain.loan import Loan
from ledger.domain.rights import Right
from proto.events import FeeApplied, LedgerEvent
from proto.values import Money


class ApplyLateFee(AccountCommand, frozen=True, kw_only=True):
    """Charge a late fee."""

    right: ClassVar = Right.APPLY_LATE_FEE
    amount: Money
    days_past_due: int


def decide(loan: Loan | None, command: ApplyLateFee, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Charge it on an open loan, unless loan and fees together would pass their cap."""
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=False)
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="LATE_FEE",
        description=f"Late fee, {_days(command.days_past_due)} past due",
        movement=steps.Movement(fees=command.amount),
    )
    check_charge(loan, command.amount, "fee_amount")
    applied = FeeApplied(**posted, days_past_due=command.days_past_due)
    return (applied, steps.account_updated(loan, posted))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
