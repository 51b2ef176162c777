"""What a loan's postings come to, counted in the order of the days from which they count.

A posting tells how its money was shared when it was recorded. One that counts from an earlier day
would have found other fees and less interest to pay then, and so would each that counts from
after it. Here all money is shared again as on its own day: fees, interest due until the day
before, then principal, and the rest is owed to the customer.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from msgspec import Struct

from ledger.domain.credits import credit_of, standing
from ledger.domain.interest import DAYS_OF_YEAR, PARTS
from ledger.domain.money import ZERO, minus, negative, plus, smaller
from proto.events import (
    AccountWrittenOff,
    AdjustmentMade,
    FeeApplied,
    FeeWaived,
    LoanDisbursed,
    PaymentReversed,
    PostingEvent,
    WriteOffUndone,
)
from proto.values import Key, Money


class Counted(Struct, frozen=True, kw_only=True):
    """The four balances, and all interest up to some day, of which a rest of a cent is left."""

    lent: Money
    principal: Money
    interest: Money
    fees: Money
    overpayment: Money
    charged: Money
    remainder: int
    charged_by: dict[date, Money]
    """All interest through each of the days that were asked about."""

    def with_fees(self, fees: Money) -> "Counted":
        """Let so much of what is owed be fees: what a payment paid of them stays paid.

        What it would have paid instead is owed: principal, up to what was lent, then interest.
        """
        both = plus(self.principal, self.fees)
        fees = smaller(max(fees, ZERO), both)
        principal = smaller(minus(both, fees), self.lent)
        interest = plus(self.interest, both, negative(fees), negative(principal))
        return msgspec.structs.replace(self, fees=fees, principal=principal, interest=interest)


class _Shares(Struct, frozen=True):
    """Where money of a posting went, but for principal."""

    fees: int = 0
    interest: int = 0
    overpayment: int = 0


class _GivenUp(Struct, frozen=True):
    """What was owed when the loan was written off."""

    principal: int
    interest: int
    fees: int
    event: AccountWrittenOff


def counted(
    postings: Iterable[PostingEvent],
    annual_rate_ppm: int,
    through: date,
    days: Iterable[date] = (),
) -> Counted:
    """Count postings, with the interest through a date; tell it through some days before too.

    A transaction of interest tells only what became known when; all interest is worked out anew.
    """
    count = _Count(annual_rate_ppm)
    charged_by = {}
    asked = sorted({day for day in days if day < through})
    for event in sorted(standing(postings), key=lambda each: each.effective_date):  # stable
        day = event.effective_date.as_date()
        while asked and asked[0] < day:
            before = asked.pop(0)
            charged_by[before] = count.reach(before)
        count.reach(min(day - timedelta(days=1), through))
        count.post(event)
    charged_by |= {day: count.reach(day) for day in asked}
    charged_by[through] = count.reach(through)
    return Counted(
        lent=Money(max(count.lent, 0)),
        principal=Money(count.principal),
        interest=Money(count.interest),
        fees=Money(count.fees),
        overpayment=Money(count.overpayment),
        charged=Money(count.charged),
        remainder=count.remainder,
        charged_by=charged_by,
    )


class _Count:
    """The balances on the way from posting to posting, in cents."""

    def __init__(self, annual_rate_ppm: int) -> None:
        self._rate, self._through, self._parts = annual_rate_ppm, date.min, 0
        self.fees = self.principal = self.interest = self.overpayment = 0
        self.charged = self.remainder = self.lent = 0
        self._fees: dict[Key, int] = {}
        self._shares: dict[Key, _Shares] = {}
        self._adjusted: dict[Key, AdjustmentMade] = {}
        self._given_up: _GivenUp | None = None

    def reach(self, day: date) -> Money:
        """Charge interest through a day, at the principal as it stands; give all of it so far."""
        if day > self._through:
            self._parts += self.principal * self._rate * (day - self._through).days
            cents, self.remainder = divmod(self._parts, PARTS * DAYS_OF_YEAR)
            self.interest += cents - self.charged
            self.charged, self._through = cents, day
            self._settle()
        return Money(self.charged)

    def post(self, event: PostingEvent) -> None:
        """Take a posting over."""
        match event:
            case LoanDisbursed():
                self._lend(event.principal_delta)
            case FeeApplied():
                self._charge(event.transaction_id, event.fee_delta)
                self.fees += event.fee_delta
            case AdjustmentMade():
                self._adjusted[event.transaction_id] = event
                self._lend(event.principal_delta)
                for each in event.fee_changes:
                    self._charge(each.transaction_id, each.amount_delta)
                self.fees += event.fee_delta
            case FeeWaived():
                self._shares[event.transaction_id] = self._waive(event)
            case AccountWrittenOff():
                self._give_up(event)
            case WriteOffUndone():
                self._restore(event)
            case PaymentReversed():
                self._reverse(event)
            case _:
                self._shares[event.transaction_id] = self._share(credit_of(event))
        self._settle()

    def _lend(self, principal: int) -> None:
        self.principal += principal
        self.lent += principal

    def _charge(self, fee_id: Key, amount: int) -> None:
        self._fees[fee_id] = self._fees.get(fee_id, 0) + amount

    @property
    def _fees_paid(self) -> int:
        return sum(self._fees.values()) - self.fees

    def _unpaid_of(self, fee_id: Key) -> int:
        """Give what of a fee is not paid yet: the oldest are paid first."""
        paid = self._fees_paid
        for each, amount in self._fees.items():
            if each == fee_id:
                return max(amount - max(paid, 0), 0)
            paid -= amount
        return 0

    def _share(self, money: int) -> _Shares:
        """Share money, or pay out what is owed to the customer: below zero."""
        fees = max(min(money, self.fees), 0)
        self.fees -= fees
        after = self._share_over_debt(money - fees)
        return _Shares(fees, after.interest, after.overpayment)

    def _share_over_debt(self, money: int) -> _Shares:
        interest = max(min(money, self.interest), 0)
        principal = max(min(money - interest, self.principal), 0)
        self.interest -= interest
        self.principal -= principal
        rest = money - interest - principal
        self.overpayment += rest
        return _Shares(0, interest, rest)

    def _waive(self, event: FeeWaived) -> _Shares:
        """Forgive what is unpaid on this day; what had been paid pays the debt, then other fees."""
        forgiven = returned = 0
        for share in (*event.fee_shares, *event.returned_shares):
            unpaid = min(self._unpaid_of(share.transaction_id), share.amount)
            self._charge(share.transaction_id, -share.amount)
            self.fees -= unpaid
            forgiven += unpaid
            returned += share.amount - unpaid
        freed = self._share_over_debt(returned)
        return _Shares(forgiven, freed.interest, freed.overpayment)

    def _reverse(self, event: PaymentReversed) -> None:
        """Undo what a posting did, as far as it moved money.

        Of a loan that is written off it moved none, for the undo brings that too; or it was told
        after the undo, and what it brings back was given up with the rest.
        """
        given_up = self._given_up
        if given_up is not None:
            if not (event.total_delta or event.overpayment_delta):
                return
            self._owe_again(given_up)
        self._take_back(event)
        if given_up is not None:
            self._settle()
            self._give_up(given_up.event)

    def _take_back(self, event: PaymentReversed) -> None:
        credit, original = credit_of(event), event.original_transaction_id
        adjusted = self._adjusted.get(original)
        went = self._shares.get(original, _Shares())
        if adjusted is not None:
            less = min(adjusted.principal_delta, self.principal)
            self.principal -= less
            self.lent -= adjusted.principal_delta
            credit -= less
            went = _Shares(fees=max(-adjusted.fee_delta, 0))
        for each in event.fee_changes:
            self._charge(each.transaction_id, each.amount_delta - each.waived_delta)
        if credit >= 0:
            self._share(credit)
            return
        self._take(went, -credit)

    def _take(self, went: _Shares, taken: int) -> None:
        """Take money from where it went; what is not there any more, from what was paid else."""
        fees_paid, interest_paid = self._fees_paid, self.charged - self.interest
        fees = max(min(went.fees, fees_paid, taken), 0)
        interest = max(min(went.interest, interest_paid, taken - fees), 0)
        owed = max(min(went.overpayment, self.overpayment, taken - fees - interest), 0)
        rest = taken - fees - interest - owed
        principal = max(min(self.lent - self.principal, rest), 0)
        rest -= principal
        more_interest = max(min(interest_paid - interest, rest), 0)
        rest -= more_interest
        more_fees = max(min(fees_paid - fees, rest), 0)
        self.principal += principal
        self.interest += interest + more_interest
        self.fees += fees + more_fees
        self.overpayment -= owed + rest - more_fees

    def _give_up(self, event: AccountWrittenOff) -> None:
        self._given_up = _GivenUp(self.principal, self.interest, self.fees, event)
        self.principal = self.interest = self.fees = 0

    def _owe_again(self, given_up: _GivenUp) -> None:
        self.principal += given_up.principal
        self.interest += given_up.interest
        self.fees += given_up.fees
        self._given_up = None

    def _restore(self, event: WriteOffUndone) -> None:
        """Owe again what was given up, and what payments that were reversed since had paid."""
        if self._given_up is None:
            return
        taken = self._given_up.event
        self._owe_again(self._given_up)
        self.principal += event.principal_delta + taken.principal_delta
        self.interest += event.interest_delta + taken.interest_delta
        self.fees += event.fee_delta + taken.fee_delta

    def _settle(self) -> None:
        """Nobody owes and is owed at the same time, nor more principal or interest than there was.

        What is owed beyond both had paid fees.
        """
        owed = {name: getattr(self, name) for name in ("fees", "interest", "principal")}
        free = self.overpayment - sum(min(each, 0) for each in owed.values())
        owed = {name: max(each, 0) for name, each in owed.items()}
        owed["principal"] -= min(free, 0)
        beyond = max(owed["principal"] - max(self.lent, 0), 0)
        more_interest = min(beyond, max(self.charged - owed["interest"], 0))
        owed["principal"] -= beyond
        owed["interest"] += more_interest
        owed["fees"] += beyond - more_interest
        free = max(free, 0)
        for name, each in owed.items():
            paid = min(each, free)
            free -= paid
            setattr(self, name, each - paid)
        self.overpayment = free
