"""WaiveFee: an amount of the fee balance, or one named fee, is forgiven."""

from typing import ClassVar

import msgspec
from msgspec import Struct

from ledger.commands import steps
from ledger.commands.command import AccountCommand, Facts
from ledger.domain import fees as fee_rules
from ledger.domain import schedule
from ledger.domain.allocation import Allocation, freed, share_fees
from ledger.domain.fees import Fee
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, dollars, minus, negative, plus, smaller, total
from ledger.domain.posted import charged_since
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from proto.events import FeeShare, FeeWaived, LedgerEvent
from proto.values import Code, Key, Money


class WaiveFee(AccountCommand, frozen=True, kw_only=True):
    """Forgive a fee. Without a target, the oldest unpaid fees are forgiven first."""

    right: ClassVar = Right.WAIVE_FEE
    amount: Money
    approved_by: str
    target_transaction_id: Key = Key("")


class _Waiver(Struct, frozen=True):
    """What is forgiven of unpaid fees, and what of paid ones is given back."""

    unpaid: tuple[FeeShare, ...]
    returned: tuple[FeeShare, ...] = ()


def decide(loan: Loan | None, command: WaiveFee, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Forgive what is unpaid; what had been paid pays interest and principal instead."""
    steps.check_approver(command.approved_by, facts)
    loan = steps.existing(loan, command, facts)
    loan = steps.disbursed(loan, closed_allowed=True)
    waiver = _one_fee(loan, command) if command.target_transaction_id else _oldest(loan, command)
    touched = (*waiver.unpaid, *waiver.returned)
    steps.not_before(command, charged_since(loan.postings, touched), "the youngest fee waived")
    facts.permissions.require_limit(command.limit_kind, command.amount, field="waiver_amount")
    unpaid = total(share.amount for share in waiver.unpaid)
    parts = _freed(loan, waiver)
    target = command.target_transaction_id
    posted = steps.posting(
        loan,
        command,
        facts,
        transaction_type="FEE_WAIVER",
        description="Fee waived",
        movement=steps.Movement(
            principal=negative(parts.principal),
            interest=negative(parts.interest),
            fees=negative(plus(unpaid, parts.fees)),
            overpayment=parts.overpayment,
        ),
    )
    forgiven, paid = _over_instalments(loan, waiver, parts)
    waived = FeeWaived(
        **posted,
        reference_type=Code("TRANSACTION") if target else Code(""),
        reference_id=target,
        amount=command.amount,
        approved_by=Key(command.approved_by),
        target_transaction_id=target,
        fee_shares=waiver.unpaid,
        returned_shares=waiver.returned,
        settled_shares=parts.fee_shares,
        instalment_shares=paid,
    )
    return (
        waived,
        *steps.schedule_updated(loan, posted, paid=paid, forgiven=forgiven),
        steps.account_updated(loan, posted),
        *steps.closed_when_paid(loan, posted, facts, loan.total_paid),
    )


def _freed(loan: Loan, waiver: _Waiver) -> Allocation:
    """Share what is given back over what is owed once the fees are waived."""
    waived = fee_rules.as_waived(waiver.unpaid, waiver.returned)
    fees = fee_rules.changed(loan.fees, waived, Code("FEE_WAIVER"))
    after = msgspec.structs.replace(loan, fees=fees)
    return freed(after, total(share.amount for share in waiver.returned))


def _oldest(loan: Loan, command: WaiveFee) -> _Waiver:
    """Take an amount from the unpaid fees, never more than they are."""
    if loan.fee_balance == 0:
        raise Refused(
            Refusal.NOTHING_TO_WAIVE,
            "No fee is unpaid. To waive a fee that was paid, name it.",
            field="waiver_amount",
            limit=ZERO,
        )
    if command.amount > loan.fee_balance:
        raise _too_much(command.amount, loan.fee_balance, "the unpaid fees come to")
    return _Waiver(share_fees(loan.fees, command.amount))


def _one_fee(loan: Loan, command: WaiveFee) -> _Waiver:
    """Take an amount from one fee: first what is unpaid of it, then what was paid."""
    fee = _find(loan, command.target_transaction_id)
    left = minus(fee.amount, fee.waived)
    if left == 0:
        raise Refused(
            Refusal.NOTHING_TO_WAIVE,
            "This fee was waived already.",
            field="target_transaction_id",
            limit=ZERO,
        )
    if command.amount > left:
        raise _too_much(command.amount, left, "of this fee there is left")
    unpaid = smaller(fee.unpaid, command.amount)
    returned = minus(command.amount, unpaid)
    return _Waiver(_share(fee, unpaid), _share(fee, returned))


def _find(loan: Loan, transaction_id: Key) -> Fee:
    for fee in loan.fees:
        if fee.transaction_id == transaction_id:
            return fee
    raise Refused(
        Refusal.NO_SUCH_FEE,
        f"The account has no fee {transaction_id}.",
        field="target_transaction_id",
    )


def _share(fee: Fee, amount: Money) -> tuple[FeeShare, ...]:
    return (FeeShare(transaction_id=fee.transaction_id, amount=amount),) if amount else ()


def _too_much(amount: Money, left: Money, what: str) -> Refused:
    return Refused(
        Refusal.WAIVER_EXCEEDS_FEE,
        f"{dollars(amount)} is more than can be waived: {what} {dollars(left)}.",
        field="waiver_amount",
        limit=left,
    )


def _over_instalments(
    loan: Loan, waiver: _Waiver, parts: Allocation
) -> tuple[schedule.Shares, schedule.Shares]:
    """Give the shares that instalments are forgiven, and those that they are paid.

    A fee inside the schedule was part of what the instalments ask for, so they ask for
    less, whether it was paid (that money counted over them already) or not. A fee outside
    it that was paid is fresh money for the next instalment.
    """
    inside = {fee.transaction_id for fee in loan.fees if fee.is_scheduled}
    unpaid_inside = total(s.amount for s in waiver.unpaid if s.transaction_id in inside)
    returned_inside = total(s.amount for s in waiver.returned if s.transaction_id in inside)
    dropped = smaller(parts.principal, returned_inside)
    forgiven = schedule.forgive(loan.instalments, plus(unpaid_inside, dropped))
    paid = schedule.allocate(loan.instalments, minus(parts.instalments, dropped))
    return forgiven, paid
