"""The single customer view: profile and accounts, as far as the reader's roles reach."""

from msgspec import Struct

from dashboard.live import topic
from dashboard.queries import accounts
from dashboard.queries.accounts import AccountView
from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.codec import from_mongo
from proto.values import CalendarDate, Instant, Key


class SuburbView(View, kw_only=True, frozen=True, rename="camel"):
    """Where a customer lives, as far as everybody may know."""

    suburb: str | None = None


class AddressView(SuburbView, kw_only=True, frozen=True, rename="camel"):
    """Where a customer lives."""

    street: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None


class Flags(View, kw_only=True, frozen=True, rename="camel"):
    """A customer without the person: the id and what staff must know before they act."""

    customer_id: Key
    staff_flag: bool = False
    investor_flag: bool = False
    vulnerable_flag: bool = False


class Outline(Flags, kw_only=True, frozen=True, rename="camel"):
    """What an analyst sees of a customer."""

    residential_address: SuburbView | None = None


class Profile(Flags, kw_only=True, frozen=True, rename="camel"):
    """What the other roles see of a customer."""

    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    email_address: str | None = None
    mobile_phone_number: str | None = None
    date_of_birth: CalendarDate | None = None
    ekyc_status: str | None = None
    identity_verified: bool = False
    residential_address: AddressView | None = None
    updated_at: Instant | None = None


class CustomerView(Struct, frozen=True):
    """A customer and their accounts."""

    customer: Outline | Profile
    accounts: list[AccountView]

    @property
    def title(self) -> str:
        """The name, or the id where there is no name or the reader may not see it."""
        name = self.customer.full_name if isinstance(self.customer, Profile) else None
        first = self.accounts[0].number if self.accounts else ""
        return name or self.customer.customer_id or f"Account {first}"

    @property
    def topics(self) -> list[str]:
        """What is shown of them, as `live` names it."""
        shown = [topic(documents.LOAN_ACCOUNTS, each.loan_account_id) for each in self.accounts]
        return [topic(documents.CUSTOMERS, self.customer.customer_id), *shown]

    def account(self, loan_account_id: str | None) -> AccountView | None:
        """Give the account asked for, else the first; None where there are none."""
        first = self.accounts[0] if self.accounts else None
        asked = (each for each in self.accounts if each.loan_account_id == loan_account_id)
        return next(asked, first)


def customer_view(
    database: DeskDatabase, roles: frozenset[str], customer_id: str, loan_account_id: str = ""
) -> CustomerView | None:
    """Find a customer with accounts, in the fields that the roles may see.

    A customer who is known by an account alone is shown by id, and an account whose
    customer nobody named stands by itself. Raises NotAllowed.
    """
    require_reader(roles)
    if not customer_id:
        alone = accounts.account(database, loan_account_id) if loan_account_id else None
        if alone is None or alone.customer_id_string:
            customer_id = (alone.customer_id_string or "") if alone else ""
        else:
            return CustomerView(Outline(customer_id=Key("")), [alone])
    view: type[Outline | Profile] = Profile if sees_persons(roles) else Outline
    stored = database[documents.CUSTOMERS.name].find_one(
        {"_id": customer_id}, fields_of(view), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    found = accounts.accounts_of(database, customer_id) if customer_id else []
    if stored is None and not found:
        return None
    return CustomerView(from_mongo(view, stored or {"customerId": customer_id}), found)
