"""How a customer or an account that was found is told in one line."""

from msgspec import Struct

from dashboard import formats
from dashboard.formats import Badge
from dashboard.queries.customers import Flags
from dashboard.queries.found import (
    AccountHit,
    AccountOutlineHit,
    CustomerHit,
    CustomerOutlineHit,
    Found,
    TransactionHit,
    TransactionOutlineHit,
)


class Line(Struct, frozen=True, kw_only=True):
    """A hit: what it is called, what tells it apart, and what opens when it is chosen.

    The texts are other people's and not escaped; whoever shows them does.
    """

    title: str
    code: str
    more: str
    badges: tuple[Badge, ...]
    figure: str
    opens: str


def flag_badges(flags: Flags) -> tuple[Badge, ...]:
    """Say what staff must know about a customer before they act."""
    told = (
        (flags.vulnerable_flag, Badge("Vulnerable", "red")),
        (flags.staff_flag, Badge("Staff", "violet")),
        (flags.investor_flag, Badge("Investor", "violet")),
    )
    return tuple(badge for is_set, badge in told if is_set)


def customer_line(hit: CustomerOutlineHit) -> Line:
    """Tell a customer; the contact only where the reader may see it."""
    suburb = hit.residential_address.suburb if hit.residential_address else None
    name, contact = "", [suburb]
    if isinstance(hit, CustomerHit):
        name = hit.full_name or ""
        number = formats.mobile(hit.mobile_phone_number) if hit.mobile_phone_number else None
        email = formats.masked_email(hit.email_address) if hit.email_address else None
        contact = [number, email, suburb]
    return Line(
        title=name,
        code=hit.customer_id,
        more=" · ".join(each for each in contact if each),
        badges=flag_badges(hit),
        figure="",
        opens=f"customer:{hit.customer_id}",
    )


def account_line(hit: AccountOutlineHit) -> Line:
    """Tell an account: number, whose it is, how it stands, what is owed."""
    name = hit.customer_name if isinstance(hit, AccountHit) else None
    told = [name, hit.customer_id_string, hit.application_number]
    days = hit.aging.current_dpd if hit.aging else None
    return Line(
        title="",
        code=hit.number,
        more=" · ".join(each for each in told if each),
        badges=(formats.account_badge(hit.account_status, days),),
        figure=formats.money(hit.balances.total_outstanding if hit.balances else None),
        opens=f"account:{hit.loan_account_id}:{hit.customer_id_string or ''}",
    )


def transaction_line(hit: TransactionOutlineHit) -> Line:
    """Tell a transaction: its reference or id, on which account, what and when."""
    reference = hit.payment_reference if isinstance(hit, TransactionHit) else None
    told = [hit.transaction_id if reference else "", hit.loan_account_id, hit.customer_id]
    when = formats.day_and_clock(hit.transaction_date)
    kind = formats.transaction_type(hit.type)
    return Line(
        title="",
        code=reference or hit.transaction_id,
        more=" · ".join(each for each in (f"{kind}, {when}", *told) if each),
        badges=(),
        figure=formats.money(hit.amount),
        opens=f"transaction:{hit.loan_account_id}:{hit.customer_id or ''}:{hit.transaction_id}",
    )


def line_of(hit: CustomerOutlineHit | AccountOutlineHit | TransactionOutlineHit) -> Line:
    """Tell any of them."""
    if isinstance(hit, TransactionOutlineHit):
        return transaction_line(hit)
    return customer_line(hit) if isinstance(hit, CustomerOutlineHit) else account_line(hit)


def groups_of(found: Found) -> list[tuple[str, list[Line]]]:
    """Give the groups in the order in which they answer best, empty ones left out."""
    customers = ("Customers", [customer_line(each) for each in found.customers])
    accounts = ("Accounts", [account_line(each) for each in found.accounts])
    posted = ("Transactions", [transaction_line(each) for each in found.transactions])
    ordered = [accounts, customers] if found.accounts_first else [customers, accounts]
    ordered = [posted, *ordered] if found.transactions_first else [*ordered, posted]
    return [group for group in ordered if group[1]]
