"""RecordRecovery: money that came in for a loan that was written off. It is income."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.domain.loan import Loan
from ledger.domain.money import dollars, minus
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, RecoveryRecorded
from proto.values import Code, Key, Money


class RecordRecovery(AccountCommand, frozen=True, kw_only=True):
    """Record what was recovered of a written-off loan."""

    right: ClassVar = Right.RECORD_RECOVERY
    amount: Money
    approved_by: str
    payment_reference: Key = Key("")


def decide(loan: Loan | None, command: RecordRecovery, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Take it as income, up to what was written off and is not recovered yet."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    taken = steps.written_off(loan)
    left = minus(taken.amount, loan.recovered)
    if command.amount > left:
        raise Refused(
            Refusal.RECOVERY_EXCEEDS_WRITE_OFF,
            f"{dollars(command.amount)} is more than is left to recover of the write-off, "
            f"{dollars(left)}. Send the customer the rest back.",
            field="amount",
            limit=left,
        )
    facts.permissions.require_limit(command.limit_kind, command.amount, field="amount")
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="RECOVERY",
        description="Recovered after the write-off",
        movement=steps.Movement(),
    )
    if posted["effective_date"] < taken.effective_date:
        raise Refused(
            Refusal.DATE_OUT_OF_WINDOW,
            f"The loan was written off on {taken.effective_date}; money from before is no "
            "recovery. Undo the write-off, then record a repayment.",
            field="effective_date",
        )
    recorded = RecoveryRecorded(
        **posted,
        reference_type=Code("PAYMENT") if command.payment_reference else Code(""),
        reference_id=command.payment_reference,
        amount=command.amount,
        approved_by=Key(command.approved_by),
        payment_reference=command.payment_reference,
    )
    return (recorded, steps.account_updated(loan, posted))
