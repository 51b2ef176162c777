"""WriteOff: the whole balance is given up as bad debt, and the account is closed."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.domain import loan as loans
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, dollars, negative
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import AccountClosed, AccountWrittenOff, LedgerEvent
from proto.values import CalendarDate, Key, Money


class WriteOff(AccountCommand, frozen=True, kw_only=True):
    """Write a loan off. `amount` is what was asked for; None: the whole balance."""

    right: ClassVar = Right.WRITE_OFF
    approved_by: str
    amount: Money | None = None


def decide(loan: Loan | None, command: WriteOff, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Give up all that is owed, never a part of it; the instalments stand as they are."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=False)
    steps.counts_from_today(command, facts, "A write-off")
    balance = loan.total_outstanding
    if command.amount not in (None, balance):
        raise Refused(
            Refusal.AMOUNT_NOT_BALANCE,
            f"A write-off takes the whole balance, {dollars(balance)}, no part of it. "
            "Leave the amount empty, or ask again for the balance.",
            field="amount",
            limit=balance,
        )
    facts.permissions.require_limit(command.limit_kind, balance, field="amount")
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="WRITE_OFF",
        description="Written off",
        movement=steps.Movement(
            principal=negative(loan.principal),
            interest=negative(loan.interest),
            fees=negative(loan.fee_balance),
        ),
    )
    written_off = AccountWrittenOff(**posted, amount=balance, approved_by=Key(command.approved_by))
    closed = AccountClosed(
        account_id=loan.account_id,
        customer_id=loan.customer_id,
        closure_reason=loans.WRITTEN_OFF,
        previous_status=loan.status,
        closed_date=CalendarDate(facts.today.isoformat()),
        final_balance=ZERO,
        total_paid=loan.total_paid,
        loan_total_payable=loan.total_payable,
        triggered_by_transaction_id=posted["transaction_id"],
    )
    return (written_off, closed)
