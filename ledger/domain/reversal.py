"""Which transactions can be taken back, and what taking one back does to a loan."""

from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain import fees as fee_rules
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, minus, negative, plus, smaller, total
from ledger.domain.posted import Posted
from ledger.domain.schedule import Shares
from ledger.domain.unwinding import Parts, Unwinding
from ledger.errors import Refusal, Refused
from proto.events import (
    AdjustmentMade,
    FeeApplied,
    FeeChange,
    FeeWaived,
    OverpaymentRefunded,
    PaymentCorrected,
    PostingEvent,
    RecoveryRecorded,
    RepaymentRecorded,
)
from proto.values import Key, Money

PAYMENTS: Final = (RepaymentRecorded, PaymentCorrected)
FEES: Final = ("LATE_FEE", "DISHONOUR_FEE")


class Inverse(Struct, frozen=True, kw_only=True):
    """What a reversal does. `after` is the loan with it, as if no write-off were there."""

    after: Loan
    amount: Money
    principal: Money
    interest: Money
    fees: Money
    overpayment: Money
    paid: Money
    fee_changes: tuple[FeeChange, ...]
    unpaid: Shares


def find(loan: Loan, transaction_id: Key) -> Posted:
    """Give a transaction that can be taken back. Refused: none, another kind, done already."""
    for each in loan.postings:
        if each.transaction_id == transaction_id:
            _check(loan, each.event)
            return each
    raise Refused(
        Refusal.NO_SUCH_TRANSACTION,
        f"The account has no transaction {transaction_id}.",
        field="transaction_id",
    )


def _check(loan: Loan, event: PostingEvent) -> None:
    kinds = (*PAYMENTS, FeeWaived, AdjustmentMade, OverpaymentRefunded, RecoveryRecorded)
    if not isinstance(event, kinds) and event.transaction_type not in FEES:
        name = event.transaction_type.lower().replace("_", " ")
        raise Refused(
            Refusal.NOT_REVERSIBLE,
            f"A transaction of the kind {name} cannot be reversed.",
            field="transaction_id",
        )
    if event.transaction_id in loan.reversed_ids:
        raise Refused(
            Refusal.ALREADY_REVERSED,
            f"{event.transaction_id} was reversed already.",
            field="transaction_id",
        )


def owing(loan: Loan) -> Loan:
    """Give a written-off loan as it would stand without the write-off; others as they are."""
    taken = loan.written_off
    if taken is None:
        return loan
    return msgspec.structs.replace(
        loan,
        principal=taken.principal,
        interest=taken.interest,
        fee_balance=taken.fees,
        fees=fee_rules.restored(loan.fees),
    )


def inverse(loan: Loan, event: PostingEvent) -> Inverse:
    """Work out what taking a transaction back does. Refused where it cannot be any more."""
    loan = owing(loan)
    back = Unwinding(loan)
    paid = ZERO
    match event:
        case RepaymentRecorded() | PaymentCorrected():
            back.take_back(_parts(event))
            amount, paid = event.amount, negative(event.amount)
        case FeeApplied():
            amount = _take_fee_back(back, event.transaction_id, event.fee_delta)
        case FeeWaived():
            _charge_again(back, event)
            amount = event.amount
        case AdjustmentMade():
            _adjust_back(back, event)
            amount = Money(abs(event.principal_delta) + abs(event.fee_delta))
        case OverpaymentRefunded():
            back.move(overpayment=event.amount)
            amount = event.amount
        case RecoveryRecorded():
            amount = event.amount
        case _:
            raise TypeError(f"{event.type} cannot be taken back")
    back.settle()
    back.bound()
    back.level()
    return Inverse(
        after=back.loan,
        amount=amount,
        principal=back.changed(lambda each: each.principal),
        interest=back.changed(lambda each: each.interest),
        fees=back.changed(lambda each: each.fee_balance),
        overpayment=back.changed(lambda each: each.overpayment),
        paid=paid,
        fee_changes=back.fee_changes,
        unpaid=back.unpaid,
    )


def _parts(event: RepaymentRecorded | PaymentCorrected) -> Parts:
    return Parts(
        fee_shares=event.fee_shares,
        interest=negative(event.interest_delta),
        principal=negative(event.principal_delta),
        overpayment=event.overpayment_delta,
        instalments=event.instalment_shares,
    )


def _take_fee_back(back: Unwinding, fee_id: Key, charged: Money) -> Money:
    """Charge a fee no more, but for what was waived of it; what was paid of it is free money."""
    fee = next(each for each in back.loan.fees if each.transaction_id == fee_id)
    amount = smaller(charged, minus(fee.amount, fee.waived))
    if not amount:
        raise Refused(
            Refusal.ALREADY_REVERSED,
            "Nothing is left of this fee to reverse: it was waived. Reverse the waiver instead.",
            field="transaction_id",
        )
    free = minus(amount, smaller(amount, fee.unpaid))
    back.change_fee(fee_id, amount=negative(amount), paid=negative(free))
    back.credit(free)
    return amount


def _charge_again(back: Unwinding, event: FeeWaived) -> None:
    """Take a waiver back: what was unpaid is owed again, what had been paid is paid again."""
    inside = {fee.transaction_id for fee in back.loan.fees if fee.is_scheduled}
    for share in event.fee_shares:
        back.change_fee(share.transaction_id, waived=negative(share.amount))
    back.demand(total(s.amount for s in event.fee_shares if s.transaction_id in inside))
    paid = total(share.amount for share in event.instalment_shares)
    settled = total(s.amount for s in event.settled_shares if s.transaction_id in inside)
    # The money that the waiver freed goes back to the fee that it had paid at first.
    back.take_back(
        Parts(
            fee_shares=event.settled_shares,
            interest=negative(event.interest_delta),
            principal=negative(event.principal_delta),
            overpayment=event.overpayment_delta,
            instalments=event.instalment_shares,
            forgiven=minus(plus(negative(event.principal_delta), settled), paid),
        )
    )
    for share in event.returned_shares:
        back.change_fee(share.transaction_id, paid=share.amount, waived=negative(share.amount))


def _adjust_back(back: Unwinding, event: AdjustmentMade) -> None:
    """Take an adjustment back; what was paid of an amount that it added is free money."""
    inside = {fee.transaction_id for fee in back.loan.fees if fee.is_scheduled}
    for change in event.fee_changes:
        if change.amount_delta > 0:
            _take_fee_back(back, change.transaction_id, change.amount_delta)
            continue
        dropped = negative(change.amount_delta)
        back.change_fee(change.transaction_id, amount=dropped)
        back.demand(dropped if change.transaction_id in inside else ZERO)
    back.adjust(event.principal_delta)
    if event.principal_delta < 0:
        back.move(principal=negative(event.principal_delta))
        back.demand(negative(event.principal_delta))
        return
    owed = smaller(event.principal_delta, back.loan.principal)
    back.forgive(owed)
    back.move(principal=negative(owed))
    free = minus(event.principal_delta, owed)
    back.release(free)
    back.credit(free)
