"""MakeAdjustment: principal or fees of an open loan are set right, up or down."""

from typing import ClassVar

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.commands.fee_steps import check_charge
from ledger.domain import schedule
from ledger.domain.allocation import share_fees
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, check_size, dollars, minus, negative, plus, total
from ledger.domain.posted import charged_since
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import AdjustmentMade, FeeChange, FeeShare, LedgerEvent
from proto.values import Key, Money


class MakeAdjustment(AccountCommand, frozen=True, kw_only=True):
    """Change what is owed; below zero: less."""

    right: ClassVar = Right.MAKE_ADJUSTMENT
    principal_delta: Money
    fee_delta: Money
    approved_by: str

    @property
    def amount(self) -> Money:
        """What the limit is held against: both changes, whatever their direction."""
        return plus(Money(abs(self.principal_delta)), Money(abs(self.fee_delta)))


def decide(loan: Loan | None, command: MakeAdjustment, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Change the balances, never below zero; fees go down oldest first.

    A fee delta above zero is a fee of its own, under the adjustment's name, so that every
    cent of the fee balance belongs to one fee.
    """
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=False)
    _check(loan, command)
    dropped = share_fees(loan.fees, negative(command.fee_delta)) if command.fee_delta < 0 else ()
    steps.not_before(command, charged_since(loan.postings, dropped), "the youngest fee lowered")
    facts.permissions.require_limit(command.limit_kind, command.amount, field=_field(command))
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="ADJUSTMENT",
        description="Balance adjusted",
        movement=steps.Movement(principal=command.principal_delta, fees=command.fee_delta),
    )
    made = AdjustmentMade(
        **posted,
        approved_by=Key(command.approved_by),
        fee_changes=_fee_changes(dropped, command.fee_delta, posted["transaction_id"]),
    )
    forgiven = _over_instalments(loan, command, dropped)
    return (
        made,
        *steps.schedule_updated(loan, posted, forgiven=forgiven),
        steps.account_updated(loan, posted),
        *steps.closed_when_paid(loan, posted, facts, loan.total_paid),
    )


def _field(command: MakeAdjustment) -> str:
    return "principal_delta" if command.principal_delta else "fee_delta"


def _check(loan: Loan, command: MakeAdjustment) -> None:
    """Refuse a balance below zero, a sum that no event can tell, a fee over the cap."""
    for field, name, delta, balance in (
        ("principal_delta", "principal", command.principal_delta, loan.principal),
        ("fee_delta", "fees", command.fee_delta, loan.fee_balance),
    ):
        if balance + delta < 0:
            raise Refused(
                Refusal.ADJUSTMENT_EXCEEDS_BALANCE,
                f"The change of {name} takes away {dollars(negative(delta))}, but only "
                f"{dollars(balance)} is owed there: take away at most that.",
                field=field,
                limit=balance,
            )
        check_size(field, plus(loan.charged, delta))
    if command.fee_delta > 0:
        check_charge(loan, command.fee_delta, "fee_delta")


def _fee_changes(
    dropped: tuple[FeeShare, ...], fee_delta: Money, transaction_id: Key
) -> tuple[FeeChange, ...]:
    if fee_delta > 0:
        return (FeeChange(transaction_id=transaction_id, amount_delta=fee_delta),)
    return tuple(
        FeeChange(transaction_id=share.transaction_id, amount_delta=negative(share.amount))
        for share in dropped
    )


def _over_instalments(
    loan: Loan, command: MakeAdjustment, dropped: tuple[FeeShare, ...]
) -> schedule.Shares:
    """Let the instalments ask for less or more: principal, and fees that they include."""
    inside = {fee.transaction_id for fee in loan.fees if fee.is_scheduled}
    fees_inside = total(share.amount for share in dropped if share.transaction_id in inside)
    change = minus(command.principal_delta, fees_inside)
    if change > ZERO:
        return schedule.demand(loan.instalments, change)
    return schedule.forgive(loan.instalments, negative(change))
