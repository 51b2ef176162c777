"""Taking a transaction back: its inverse, as far as the loan still has it as it was.

Money that was taken in goes back from where it lies now. Where a later transaction has moved a
part of it (a fee that it paid was waived since, say), that part comes from what has been paid of
principal, interest and fees besides; only what was paid out again cannot be taken back. What
a reversal frees pays fees, interest and principal before anything is owed to the customer.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain import fees as fee_rules
from ledger.domain import schedule
from ledger.domain.allocation import allocate
from ledger.domain.loan import Loan
from ledger.domain.money import ZERO, dollars, minus, negative, plus, smaller, total
from ledger.domain.schedule import Shares
from ledger.errors import Refusal, Refused
from proto.events import FeeChange, FeeShare, InstalmentShare
from proto.values import Code, Key, Money

REVERSAL: Final = Code("REVERSAL")


class Parts(Struct, frozen=True, kw_only=True):
    """Where money of a transaction had gone."""

    fee_shares: tuple[FeeShare, ...] = ()
    interest: Money = ZERO
    principal: Money = ZERO
    overpayment: Money = ZERO
    instalments: Shares = ()
    forgiven: Money = ZERO
    """What of the principal was no longer asked for by instalments, rather than paid of them."""

    @property
    def amount(self) -> Money:
        """All of it."""
        fees = total(share.amount for share in self.fee_shares)
        return plus(fees, self.interest, self.principal, self.overpayment)


class Unwinding:
    """A loan on the way back: each step changes balances, fees and instalments together."""

    def __init__(self, loan: Loan) -> None:
        self._before = self.loan = loan
        self.fee_changes: tuple[FeeChange, ...] = ()
        self.unpaid: Shares = ()
        """What was taken off instalments that were paid."""

    def changed(self, read: Callable[[Loan], Money]) -> Money:
        """Give by how much a balance has moved."""
        return minus(read(self.loan), read(self._before))

    def take_back(self, parts: Parts) -> None:
        """Take money out again. Refused where some of it has been paid out since."""
        fees = {fee.transaction_id: fee for fee in self.loan.fees}
        shares = [
            FeeShare(
                transaction_id=share.transaction_id,
                amount=smaller(share.amount, fees[share.transaction_id].paid),
            )
            for share in parts.fee_shares
        ]
        kept = Parts(
            fee_shares=tuple(share for share in shares if share.amount),
            interest=smaller(parts.interest, self._interest_paid),
            principal=smaller(parts.principal, self._principal_paid),
            overpayment=smaller(parts.overpayment, self.loan.overpayment),
            instalments=parts.instalments,
            forgiven=parts.forgiven,
        )
        self._take(kept)
        self._take_elsewhere(minus(parts.amount, kept.amount))

    def change_fee(
        self,
        fee_id: Key,
        *,
        amount: Money = ZERO,
        paid: Money = ZERO,
        waived: Money = ZERO,
    ) -> None:
        """Change one fee, and with it the fee balance."""
        change = FeeChange(
            transaction_id=fee_id, amount_delta=amount, paid_delta=paid, waived_delta=waived
        )
        fees = fee_rules.changed(self.loan.fees, (change,), REVERSAL)
        self.fee_changes = (*self.fee_changes, change)
        balance = total(fee.unpaid for fee in fees)
        self.loan = msgspec.structs.replace(self.loan, fees=fees, fee_balance=balance)

    def move(self, *, principal: Money = ZERO, overpayment: Money = ZERO) -> None:
        """Move principal or what is owed to the customer; instalments are not touched."""
        self.loan = msgspec.structs.replace(
            self.loan,
            principal=plus(self.loan.principal, principal),
            overpayment=plus(self.loan.overpayment, overpayment),
        )

    def demand(self, amount: Money) -> None:
        """Let the instalments ask for more again, what was forgiven first."""
        self._apply(forgiven=schedule.demand(self.loan.instalments, amount) if amount else ())

    def forgive(self, amount: Money) -> None:
        """Let the instalments ask for less."""
        self._apply(forgiven=schedule.forgive(self.loan.instalments, amount))

    def release(self, amount: Money) -> None:
        """Let money that paid instalments be free again; they do not ask for it any more."""
        self._unpay(amount, ())
        self.forgive(amount)

    def credit(self, amount: Money) -> None:
        """Let money that is free pay what is owed; the rest is owed to the customer."""
        parts = allocate(self.loan, amount)
        for share in parts.fee_shares:
            self.change_fee(share.transaction_id, paid=share.amount)
        self._apply(paid=schedule.allocate(self.loan.instalments, parts.instalments))
        self.loan = msgspec.structs.replace(
            self.loan,
            interest=minus(self.loan.interest, parts.interest),
            principal=minus(self.loan.principal, parts.principal),
            overpayment=plus(self.loan.overpayment, parts.overpayment),
        )

    def settle(self) -> None:
        """Let what is owed to the customer pay what the customer owes."""
        free = smaller(self.loan.overpayment, self.loan.total_outstanding)
        if free:
            self.move(overpayment=negative(free))
            self.credit(free)

    def bound(self) -> None:
        """Let no more principal be owed than was lent: what is beyond had paid interest and fees.

        An adjustment had forgiven more than was lent, for another one had added to it.
        """
        lent = plus(self.loan.disbursed, self.loan.principal_adjusted)
        beyond = minus(self.loan.principal, max(lent, ZERO))
        if beyond > ZERO:
            self.move(principal=negative(beyond))
            self.forgive(beyond)
            self._take_elsewhere(beyond)

    def level(self) -> None:
        """Bring every instalment within what was agreed, unless more principal was added."""
        if self.loan.principal_adjusted <= 0:
            instalments = schedule.levelled(self.loan.instalments)
            self.loan = msgspec.structs.replace(self.loan, instalments=instalments)

    def adjust(self, principal: Money) -> None:
        """Take from what was added to the principal by adjustments."""
        adjusted = minus(self.loan.principal_adjusted, principal)
        self.loan = msgspec.structs.replace(self.loan, principal_adjusted=adjusted)

    @property
    def _principal_paid(self) -> Money:
        lent = plus(self.loan.disbursed, self.loan.principal_adjusted)
        return max(minus(lent, self.loan.principal), ZERO)

    @property
    def _interest_paid(self) -> Money:
        return max(minus(self.loan.accrual.charged, self.loan.interest), ZERO)

    def _take(self, parts: Parts) -> None:
        inside = {fee.transaction_id for fee in self.loan.fees if fee.is_scheduled}
        for share in parts.fee_shares:
            self.change_fee(share.transaction_id, paid=negative(share.amount))
        self.loan = msgspec.structs.replace(
            self.loan,
            interest=plus(self.loan.interest, parts.interest),
            principal=plus(self.loan.principal, parts.principal),
            overpayment=minus(self.loan.overpayment, parts.overpayment),
        )
        fees = total(s.amount for s in parts.fee_shares if s.transaction_id in inside)
        forgiven = smaller(parts.forgiven, parts.principal)
        self._unpay(minus(plus(parts.principal, fees), forgiven), parts.instalments)
        self.demand(forgiven)

    def _take_elsewhere(self, amount: Money) -> None:
        """Take what is not any more where it was put from where it can have gone."""
        principal = smaller(amount, self._principal_paid)
        self._take(Parts(principal=principal))
        amount = minus(amount, principal)
        interest = smaller(amount, self._interest_paid)
        self._take(Parts(interest=interest))
        amount = minus(amount, interest)
        for fee in reversed(self.loan.fees):
            part = smaller(amount, fee.paid)
            if part:
                share = FeeShare(transaction_id=fee.transaction_id, amount=part)
                self._take(Parts(fee_shares=(share,)))
                amount = minus(amount, part)
        owed = smaller(amount, self.loan.overpayment)
        self.move(overpayment=negative(owed))
        if amount > owed:
            raise Refused(
                Refusal.PAID_OUT_SINCE,
                f"{dollars(minus(amount, owed))} of it was refunded since. "
                "Reverse the refund first.",
                field="transaction_id",
                limit=minus(amount, owed),
            )

    def _unpay(self, amount: Money, preferred: Shares) -> None:
        """Take money off instalments: those that it had paid, then the last that were paid."""
        by_number = {each.payment_number: each for each in self.loan.instalments}
        asked = [
            *((by_number[share.payment_number], share.amount) for share in preferred),
            *((each, each.paid) for each in reversed(self.loan.instalments)),
        ]
        off: dict[int, Money] = {}
        for each, most in asked:
            number = each.payment_number
            free = minus(each.paid, off.get(number, ZERO))
            part = smaller(most, free, amount)
            if part:
                off[number] = plus(off.get(number, ZERO), part)
                amount = minus(amount, part)
        shares = _shares(off.items())
        self.unpaid = (*self.unpaid, *shares)
        self._apply(paid=tuple(_negative(share) for share in shares))
        self.demand(amount)

    def _apply(self, *, paid: Shares = (), forgiven: Shares = ()) -> None:
        instalments = schedule.moved(self.loan.instalments, paid=paid, forgiven=forgiven)
        self.loan = msgspec.structs.replace(self.loan, instalments=instalments)


def _shares(off: Iterable[tuple[int, Money]]) -> Shares:
    return tuple(InstalmentShare(payment_number=n, amount=amount) for n, amount in off)


def _negative(share: InstalmentShare) -> InstalmentShare:
    return InstalmentShare(payment_number=share.payment_number, amount=negative(share.amount))
