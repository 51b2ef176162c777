"""The fees of a loan: each one by name, what of it was paid, forgiven or given up."""

from collections.abc import Iterable
from typing import Final, assert_never

import msgspec
from msgspec import Struct

from ledger.domain.money import ZERO, minus, negative, plus, total
from proto.events import (
    AccountWrittenOff,
    AdjustmentMade,
    FeeApplied,
    FeeChange,
    FeeShare,
    FeeWaived,
    InterestAccrued,
    LoanDisbursed,
    OverpaymentRefunded,
    PaymentCorrected,
    PaymentReversed,
    PostingEvent,
    RecoveryRecorded,
    RepaymentRecorded,
    WriteOffUndone,
)
from proto.values import Code, Key, Money

_SCHEDULED: Final = Code("ESTABLISHMENT_FEE")


class Fee(Struct, frozen=True, kw_only=True):
    """One fee that was charged, and what became of it."""

    transaction_id: Key
    transaction_type: Code
    amount: Money
    paid: Money = ZERO
    waived: Money = ZERO
    written_off: Money = ZERO

    @property
    def unpaid(self) -> Money:
        """What of it is still owed."""
        return minus(self.amount, self.paid, self.waived, self.written_off)

    @property
    def is_scheduled(self) -> bool:
        """Whether the instalments include it, as they do the establishment fee."""
        return self.transaction_type == _SCHEDULED


Fees = tuple[Fee, ...]


def charged(fees: Fees) -> Money:
    """All that was charged and not forgiven since."""
    return total(minus(fee.amount, fee.waived) for fee in fees)


def changed(fees: Fees, changes: Iterable[FeeChange], transaction_type: Code) -> Fees:
    """Apply changes. One of a fee that is not there makes it, of the transaction's type."""
    by_id = {fee.transaction_id: fee for fee in fees}
    for change in changes:
        fee = by_id.get(change.transaction_id) or Fee(
            transaction_id=change.transaction_id, transaction_type=transaction_type, amount=ZERO
        )
        by_id[fee.transaction_id] = msgspec.structs.replace(
            fee,
            amount=plus(fee.amount, change.amount_delta),
            paid=plus(fee.paid, change.paid_delta),
            waived=plus(fee.waived, change.waived_delta),
        )
    return tuple(by_id.values())


def as_paid(shares: Iterable[FeeShare]) -> list[FeeChange]:
    """Tell what a payment changes about fees."""
    return [FeeChange(transaction_id=s.transaction_id, paid_delta=s.amount) for s in shares]


def as_waived(shares: Iterable[FeeShare], returned: Iterable[FeeShare]) -> list[FeeChange]:
    """Tell what a waiver changes; what is returned had been paid and is waived now."""
    return [
        *(FeeChange(transaction_id=s.transaction_id, waived_delta=s.amount) for s in shares),
        *(
            FeeChange(
                transaction_id=s.transaction_id,
                paid_delta=negative(s.amount),
                waived_delta=s.amount,
            )
            for s in returned
        ),
    ]


def given_up(fees: Fees) -> Fees:
    """Write off what is unpaid of every fee."""
    return tuple(
        msgspec.structs.replace(fee, written_off=plus(fee.written_off, fee.unpaid)) for fee in fees
    )


def restored(fees: Fees) -> Fees:
    """Take the write-off back: what was unpaid then is unpaid again."""
    return tuple(msgspec.structs.replace(fee, written_off=ZERO) for fee in fees)


def after(before: Fees, event: PostingEvent) -> Fees:
    """Apply what a posting says of fees by name."""
    changes: Iterable[FeeChange] = ()
    match event:
        case AccountWrittenOff():
            return given_up(before)
        case WriteOffUndone():
            return restored(before)
        case FeeApplied():
            changes = (
                FeeChange(transaction_id=event.transaction_id, amount_delta=event.fee_delta),
            )
        case RepaymentRecorded() | PaymentCorrected() | InterestAccrued():
            changes = as_paid(event.fee_shares)
        case FeeWaived():
            waived = as_waived(event.fee_shares, event.returned_shares)
            changes = (*waived, *as_paid(event.settled_shares))
        case AdjustmentMade() | PaymentReversed():
            changes = event.fee_changes
        case LoanDisbursed() | RecoveryRecorded() | OverpaymentRefunded():
            return before
        case _:
            assert_never(event)
    return changed(before, changes, event.transaction_type) if changes else before
