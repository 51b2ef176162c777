"""Loan accounts as the desk shows them."""

from datetime import date
from typing import Final

from msgspec import field

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from proto import documents
from proto.codec import from_mongo
from proto.documents import AccountStatus, Source
from proto.values import CalendarDate, Code, Instant, Key, Money

ACCOUNTS_MAX: Final = 100
OPEN_STATUSES: Final = frozenset({"active", "in_arrears"})


class BalancesView(View, kw_only=True, frozen=True, rename="camel"):
    """What is owed; the parts are None where only the total is known."""

    total_outstanding: Money | None = None
    total_paid: Money | None = None
    principal: Money | None = None
    interest: Money | None = None
    fees: Money | None = None
    overpayment: Money | None = None
    as_of: Instant | None = None


class TermsView(View, kw_only=True, frozen=True, rename="camel"):
    """What was agreed."""

    loan_amount: Money | None = None
    loan_fee: Money | None = None
    total_payable: Money | None = None
    opened_date: CalendarDate | None = None
    disbursed_date: CalendarDate | None = None


class AgingView(View, kw_only=True, frozen=True, rename="camel"):
    """How late the account is."""

    bucket: str | None = None
    current_dpd: int | None = field(default=None, name="currentDPD")


class InstalmentView(View, kw_only=True, frozen=True, rename="camel"):
    """One instalment and what became of it."""

    payment_number: int
    due_date: CalendarDate | None = None
    amount: Money | None = None
    status: str = "scheduled"
    paid_date: CalendarDate | None = None
    amount_paid: Money | None = None
    amount_remaining: Money | None = None

    @property
    def still_due(self) -> Money | None:
        """What of it is still to be paid; None where the feed did not say."""
        if self.status == "paid":
            return Money(0)
        return self.amount if self.amount_remaining is None else self.amount_remaining


class ScheduleView(View, kw_only=True, frozen=True, rename="camel"):
    """The instalments of an account."""

    payment_frequency: str | None = None
    payments: tuple[InstalmentView, ...] = ()


class FeeView(View, kw_only=True, frozen=True, rename="camel"):
    """A fee with what of it was paid and waived."""

    transaction_id: Key
    type: Code
    amount: Money
    paid: Money = Money(0)
    waived: Money = Money(0)
    charged_at: Instant | None = None

    @property
    def waivable(self) -> Money:
        """What of it can still be waived, paid or not."""
        return Money(self.amount - self.waived)

    @property
    def unpaid(self) -> Money:
        """What of it is still owed."""
        return Money(max(0, self.amount - self.waived - self.paid))


class LastPaymentView(View, kw_only=True, frozen=True, rename="camel"):
    """The newest repayment."""

    date: CalendarDate | None = None
    amount: Money | None = None


class AccountView(View, kw_only=True, frozen=True, rename="camel"):
    """An account with its figures; it says nothing about the person."""

    loan_account_id: Key
    source: Source | None = None
    account_number: Key | None = None
    application_number: Key | None = None
    customer_id_string: Key | None = None
    loan_terms: TermsView | None = None
    balances: BalancesView | None = None
    account_status: AccountStatus = "unknown"
    aging: AgingView | None = None
    last_payment: LastPaymentView | None = None
    repayment_schedule: ScheduleView | None = None
    fees: tuple[FeeView, ...] = ()
    ver: int | None = None
    updated_at: Instant | None = None

    @property
    def number(self) -> str:
        """The number that staff and customers know it by."""
        return self.account_number or self.loan_account_id

    @property
    def is_open(self) -> bool:
        """Whether money is still expected on it."""
        return self.account_status in OPEN_STATUSES

    @property
    def days_past_due(self) -> int | None:
        """How late it is; None where nobody said."""
        return self.aging.current_dpd if self.aging else None

    @property
    def figures(self) -> BalancesView:
        """The balances; all absent where there are none."""
        return self.balances or BalancesView()

    @property
    def waivable_fees(self) -> list[FeeView]:
        """The fees of which something can still be waived, the newest first."""
        return [each for each in reversed(self.fees) if each.waivable > 0]

    @property
    def instalments(self) -> list[InstalmentView]:
        """The schedule's instalments by number."""
        payments = self.repayment_schedule.payments if self.repayment_schedule else ()
        return sorted(payments, key=lambda each: each.payment_number)

    @property
    def next_instalment(self) -> InstalmentView | None:
        """The first instalment that is not paid, where the account is still open."""
        if not self.is_open:
            return None
        return next((each for each in self.instalments if each.status != "paid"), None)

    def overdue_since(self, today: date) -> date | None:
        """The due date that passed without full payment; None where there is none."""
        coming = self.next_instalment
        due = coming.due_date.as_date() if coming and coming.due_date else None
        return due if due is not None and due < today else None


def accounts_of(database: DeskDatabase, customer_id: str) -> list[AccountView]:
    """List a customer's accounts: those that want attention first, then the newest.

    Of more than `ACCOUNTS_MAX` those that are open stay: by the alphabet `active` and
    `in_arrears` come before every other status.
    """
    rows = (
        database[documents.LOAN_ACCOUNTS.name]
        .find({"customerIdString": customer_id}, fields_of(AccountView))
        .sort([("accountStatus", 1), ("loanTerms.openedDate", -1), ("_id", 1)])
        .limit(ACCOUNTS_MAX)
        .max_time_ms(QUERY_MILLISECONDS_MAX)
    )
    found = [from_mongo(AccountView, row) for row in rows]
    found.sort(key=lambda each: (_opened(each), each.number), reverse=True)
    found.sort(key=lambda each: not each.is_open)
    return found


def account(database: DeskDatabase, loan_account_id: str) -> AccountView | None:
    """Find one account by its id."""
    stored = database[documents.LOAN_ACCOUNTS.name].find_one(
        {"_id": loan_account_id}, fields_of(AccountView), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(AccountView, stored)


def _opened(each: AccountView) -> str:
    return (each.loan_terms.opened_date if each.loan_terms else None) or ""
