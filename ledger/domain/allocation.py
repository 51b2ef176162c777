"""Where money goes: fees, oldest first, then interest, then principal; the rest is owed back."""

import msgspec
from msgspec import Struct

from ledger.domain.fees import Fee
from ledger.domain.loan import Loan
from ledger.domain.money import minus, plus, smaller, total
from proto.events import FeeShare
from proto.values import Money


class Allocation(Struct, frozen=True, kw_only=True):
    """How one amount is shared. The parts together are the amount."""

    fee_shares: tuple[FeeShare, ...]
    fees: Money
    interest: Money
    principal: Money
    overpayment: Money
    instalments: Money
    """What of it counts over the instalments: principal, and fees that they include."""


def allocate(loan: Loan, amount: Money) -> Allocation:
    """Share a repayment."""
    fee_shares = share_fees(loan.fees, amount)
    fees = total(share.amount for share in fee_shares)
    scheduled_ids = {fee.transaction_id for fee in loan.fees if fee.is_scheduled}
    scheduled_fees = total(s.amount for s in fee_shares if s.transaction_id in scheduled_ids)
    return debt_first(loan, minus(amount, fees), fee_shares, scheduled_fees)


def debt_first(
    loan: Loan,
    amount: Money,
    fee_shares: tuple[FeeShare, ...] = (),
    scheduled_fees: Money = Money(0),  # noqa: B008 - an immutable amount
) -> Allocation:
    """Share what is left after fees over interest, principal and what is owed back."""
    interest = smaller(loan.interest, amount)
    principal = smaller(loan.principal, minus(amount, interest))
    return Allocation(
        fee_shares=fee_shares,
        fees=total(share.amount for share in fee_shares),
        interest=interest,
        principal=principal,
        overpayment=minus(amount, interest, principal),
        instalments=Money(principal + scheduled_fees),
    )


def freed(loan: Loan, amount: Money) -> Allocation:
    """Share money that is free again: interest and principal first, then unpaid fees.

    Only what exceeds all of it is owed to the customer.
    """
    parts = debt_first(loan, amount)
    fee_shares = share_fees(loan.fees, parts.overpayment)
    fees = total(share.amount for share in fee_shares)
    scheduled_ids = {fee.transaction_id for fee in loan.fees if fee.is_scheduled}
    inside = total(s.amount for s in fee_shares if s.transaction_id in scheduled_ids)
    return msgspec.structs.replace(
        parts,
        fee_shares=fee_shares,
        fees=fees,
        overpayment=minus(parts.overpayment, fees),
        instalments=plus(parts.principal, inside),
    )


def share_fees(fees: tuple[Fee, ...], amount: Money) -> tuple[FeeShare, ...]:
    """Share an amount over unpaid fees, the oldest first."""
    shares = []
    for fee in fees:
        part = smaller(fee.unpaid, amount)
        if part:
            shares.append(FeeShare(transaction_id=fee.transaction_id, amount=part))
            amount = minus(amount, part)
    return tuple(shares)
