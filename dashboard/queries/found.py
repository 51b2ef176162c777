"""What a search finds: customers, accounts and transactions, as far as each role sees them."""

from typing import Final

from msgspec import Struct

from dashboard.queries.accounts import AgingView, BalancesView
from dashboard.queries.customers import Flags, SuburbView
from dashboard.queries.declared import View
from proto.documents import AccountStatus
from proto.values import Code, Instant, Key, Money

CHARACTERS_MIN: Final = 3


class CustomerOutlineHit(Flags, kw_only=True, frozen=True, rename="camel"):
    """A customer found, without the person."""

    residential_address: SuburbView | None = None

    @property
    def key(self) -> str:
        """What makes it the same hit."""
        return self.customer_id


class CustomerHit(CustomerOutlineHit, kw_only=True, frozen=True, rename="camel"):
    """A customer found, as those see it who may see persons."""

    full_name: str | None = None
    email_address: str | None = None
    mobile_phone_number: str | None = None


class AccountOutlineHit(View, kw_only=True, frozen=True, rename="camel"):
    """An account found, without the person."""

    loan_account_id: Key
    account_number: Key | None = None
    application_number: Key | None = None
    customer_id_string: Key | None = None
    account_status: AccountStatus = "unknown"
    aging: AgingView | None = None
    balances: BalancesView | None = None

    @property
    def key(self) -> str:
        """What makes it the same hit."""
        return self.loan_account_id

    @property
    def number(self) -> str:
        """The number that staff know it by."""
        return self.account_number or self.loan_account_id


class AccountHit(AccountOutlineHit, kw_only=True, frozen=True, rename="camel"):
    """An account found, with its customer's name."""

    customer_name: str | None = None


class TransactionOutlineHit(View, kw_only=True, frozen=True, rename="camel"):
    """A transaction found, without what anybody wrote about it."""

    transaction_id: Key
    loan_account_id: Key
    customer_id: Key | None = None
    type: Code
    transaction_date: Instant
    amount: Money

    def is_named(self, typed: str) -> bool:
        """Tell whether its id was typed in full."""
        return typed.casefold() == self.transaction_id.casefold()


class TransactionHit(TransactionOutlineHit, kw_only=True, frozen=True, rename="camel"):
    """A transaction found, with the payment's reference."""

    payment_reference: str | None = None

    def is_named(self, typed: str) -> bool:
        """Tell whether its id or its reference was typed in full."""
        names = (self.transaction_id, self.payment_reference or "")
        return typed.casefold() in {name.casefold() for name in names}


class Found(Struct, frozen=True):
    """What was found, best match first in each group; at most HITS_MAX of a kind."""

    text: str
    customers: tuple[CustomerOutlineHit, ...] = ()
    accounts: tuple[AccountOutlineHit, ...] = ()
    more_customers: bool = False
    more_accounts: bool = False
    accounts_first: bool = False
    too_broad: bool = False
    """The search was cut short: a longer text finds more."""
    transactions: tuple[TransactionOutlineHit, ...] = ()
    more_transactions: bool = False
    transactions_first: bool = False

    @property
    def is_too_short(self) -> bool:
        """Whether too little was typed to look."""
        return len(self.text) < CHARACTERS_MIN

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.customers or self.accounts or self.transactions)

    @property
    def best(self) -> CustomerOutlineHit | AccountOutlineHit | TransactionOutlineHit | None:
        """What Enter opens."""
        customer = next(iter(self.customers), None)
        account = next(iter(self.accounts), None)
        posted = next(iter(self.transactions), None)
        if self.transactions_first:
            return posted
        return ((account or customer) if self.accounts_first else (customer or account)) or posted
