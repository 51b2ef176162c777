"""The general ledger as of any day: running totals, folded from the journal entry by entry.

A posting counts on the business date on which it was recorded, whatever its effective
date: what was reported of a day never changes afterwards. Cents throughout, debits above
zero.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Final

from msgspec import Struct

from ledger import postings
from ledger.domain.chart import Account
from proto.events import PaymentReversed, PostingEvent


class Column(Enum):
    """What moved an account in a period; the value is the field of AccountMovements."""

    DISBURSEMENTS = "disbursements"
    ESTABLISHMENT_FEES = "establishment_fees"
    LATE_FEES = "late_fees"
    DISHONOUR_FEES = "dishonour_fees"
    REPAYMENTS = "repayments"
    FEE_WAIVERS = "fee_waivers"
    WRITE_OFFS = "write_offs"
    ADJUSTMENTS = "adjustments"


COLUMNS: Final = {
    "DISBURSEMENT": Column.DISBURSEMENTS,
    "ESTABLISHMENT_FEE": Column.ESTABLISHMENT_FEES,
    "LATE_FEE": Column.LATE_FEES,
    "DISHONOUR_FEE": Column.DISHONOUR_FEES,
    "REPAYMENT": Column.REPAYMENTS,
    "CORRECTION": Column.REPAYMENTS,
    "RECOVERY": Column.REPAYMENTS,
    "REFUND": Column.REPAYMENTS,
    "FEE_WAIVER": Column.FEE_WAIVERS,
    "WRITE_OFF": Column.WRITE_OFFS,
    "WRITE_OFF_UNDO": Column.WRITE_OFFS,
    "ADJUSTMENT": Column.ADJUSTMENTS,
    "INTEREST": Column.ADJUSTMENTS,
}
"""Transaction type to its column, so that opening + all columns = closing, always.

A reversal stands in the column of what it takes back, an undone write-off in that of the
write-offs: both make the column smaller. A corrected payment is a repayment. A recovery
and a refund move cash and no receivable. The contract has no column for interest, which
moves only the interest receivable: there it stands under the adjustments.
"""


def column_of(posting: PostingEvent) -> Column:
    """Give the column in which a posting is told."""
    if isinstance(posting, PaymentReversed):
        return COLUMNS[posting.original_transaction_type]
    return COLUMNS[posting.transaction_type]


class Customers(Struct):
    """The accounts of all customers together, from the balances that their events tell.

    It looks at no debit or credit, so that it can be held against the general ledger.
    """

    principal: int = 0
    interest: int = 0
    fees: int = 0
    overpayment: int = 0
    active_accounts: int = 0

    def add(self, other: "Customers") -> None:
        """Add what another moved."""
        self.principal += other.principal
        self.interest += other.interest
        self.fees += other.fees
        self.overpayment += other.overpayment
        self.active_accounts += other.active_accounts


class _Day:
    """What one business day moved."""

    def __init__(self) -> None:
        self.books: dict[tuple[Account, Column], int] = defaultdict(int)
        self.customers = Customers()


class GeneralLedger:
    """Totals by account of the chart, column and business day."""

    def __init__(self) -> None:
        self._days: dict[date, _Day] = defaultdict(_Day)
        self._balances: dict[str, tuple[int, int, int, int]] = {}
        self._active: set[str] = set()

    def post(self, event_id: str, posting: PostingEvent, day: date) -> None:
        """Take over a posting: its legs, and the balances that it tells."""
        moved = self._days[day]
        column = column_of(posting)
        for leg in postings.entry_of(event_id, posting).legs:
            moved.books[leg.account, column] += leg.debit - leg.credit
        after = (
            posting.principal_after,
            posting.interest_after,
            posting.fee_after,
            posting.overpayment_after,
        )
        before = self._balances.get(posting.account_id, (0, 0, 0, 0))
        moved.customers.add(Customers(*(a - b for a, b in zip(after, before, strict=True))))
        self._balances[posting.account_id] = after

    def stand(self, account_id: str, day: date, *, is_active: bool) -> None:
        """Take over that an account is active, or is not any more."""
        if is_active == (account_id in self._active):
            return
        self._days[day].customers.active_accounts += 1 if is_active else -1
        if is_active:
            self._active.add(account_id)
        else:
            self._active.remove(account_id)

    def active_accounts(self) -> Iterator[tuple[str, int]]:
        """Give the accounts that are under way, each with what it owes in cents."""
        for account_id in self._active:
            principal, interest, fees, _ = self._balances.get(account_id, (0, 0, 0, 0))
            yield account_id, principal + interest + fees

    def _until(self, last: date) -> Iterator[_Day]:
        return (moved for day, moved in self._days.items() if day <= last)

    def balances(self, last: date) -> dict[Account, int]:
        """What each account of the chart stands at when a day ends."""
        sums = dict.fromkeys(Account, 0)
        for moved in self._until(last):
            for (account, _), cents in moved.books.items():
                sums[account] += cents
        return sums

    def movements(self, first: date, last: date) -> dict[tuple[Account, Column], int]:
        """What moved each account from a day through another, by column."""
        sums: dict[tuple[Account, Column], int] = defaultdict(int)
        for day, moved in self._days.items():
            if first <= day <= last:
                for key, cents in moved.books.items():
                    sums[key] += cents
        return sums

    def customers(self, last: date) -> Customers:
        """What all customers together owe and are owed when a day ends."""
        sums = Customers()
        for moved in self._until(last):
            sums.add(moved.customers)
        return sums
