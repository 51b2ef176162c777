"""Every MongoDB document: its collection, its fields and its indexes.

Documents are read as these structs (`codec.from_mongo`), so a view fetches and gets only
what it declares. Money is stored as Decimal128, an instant as a date of BSON (UTC, whole
milliseconds), a calendar date as the string `YYYY-MM-DD`. `_id` is the key itself.
A field that is absent is None: not known, which is not the same as zero.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct, field

from proto.values import CalendarDate, Code, Instant, Key, Money

AccountStatus = Literal[
    "active", "pending_disbursement", "in_arrears", "paid_off", "written_off", "unknown"
]
Source = Literal["ledger", "external"]


class Document(Struct, kw_only=True, rename="camel", omit_defaults=True):
    """The common root of everything stored."""


# ------------------------------------------------------------------ customers


class StoredAddress(Document, kw_only=True):
    """Where a customer lives; `street` and `city` are composed for the screens."""

    street_number: str | None = None
    street_name: str | None = None
    street_type: str | None = None
    unit_number: str | None = None
    suburb: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None
    full_address: str | None = None
    street: str | None = None
    city: str | None = None


class SearchKeys(Document, kw_only=True):
    """What search compares with, made by `proto.search_keys` and nothing else.

    `name` is folded, `words` its parts; `mobile` is national digits and `mobile_reversed`
    the same backwards, so that an ending is a prefix; `grams` are the three-letter pieces
    of name, e-mail and id.
    """

    name: str = ""
    words: list[str] = []
    email: str = ""
    mobile: str = ""
    mobile_reversed: str = ""
    grams: list[str] = []


class CustomerDocument(Document, kw_only=True):
    """A customer as the feeds tell of them."""

    customer_id: Key
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    email_address: str | None = None
    mobile_phone_number: str | None = None
    date_of_birth: CalendarDate | None = None
    ekyc_status: str | None = None
    identity_verified: bool = False
    staff_flag: bool = False
    investor_flag: bool = False
    vulnerable_flag: bool = False
    residential_address: StoredAddress | None = None
    search: SearchKeys | None = None
    guards: dict[str, str] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None


# ------------------------------------------------------------------ loan accounts


class LoanTerms(Document, kw_only=True):
    """What was agreed."""

    loan_amount: Money | None = None
    loan_fee: Money | None = None
    total_payable: Money | None = None
    opened_date: CalendarDate | None = None
    disbursed_date: CalendarDate | None = None


class StoredBalances(Document, kw_only=True):
    """What is owed; the parts are known only for accounts of our own ledger."""

    current_balance: Money | None = None
    total_outstanding: Money | None = None
    total_paid: Money | None = None
    principal: Money | None = None
    interest: Money | None = None
    fees: Money | None = None
    overpayment: Money | None = None
    as_of: Instant | None = None


class LastPayment(Document, kw_only=True):
    """The newest repayment that the feed told of."""

    date: CalendarDate | None = None
    amount: Money | None = None


class StoredPayment(Document, kw_only=True):
    """One instalment: as agreed, and what became of it.

    `status` is scheduled, partial, paid or missed.
    """

    payment_number: int
    due_date: CalendarDate | None = None
    amount: Money | None = None
    status: str = "scheduled"
    paid_date: CalendarDate | None = None
    amount_paid: Money | None = None
    amount_remaining: Money | None = None
    linked_transaction_ids: list[str] = []
    last_updated: Instant | None = None


class RepaymentSchedule(Document, kw_only=True):
    """The instalments of an account, by number."""

    schedule_id: Key | None = None
    number_of_payments: int | None = None
    payment_frequency: str | None = None
    created_date: CalendarDate | None = None
    payments: list[StoredPayment] = []


class Closure(Document, kw_only=True):
    """How an account came to its end."""

    reason: str | None = None
    previous_status: str | None = None
    closed_date: CalendarDate | None = None
    final_balance: Money | None = None
    total_paid: Money | None = None
    loan_total_payable: Money | None = None
    triggered_by_transaction_id: str | None = None


class Aging(Document, kw_only=True):
    """How many days an account is past due."""

    is_in_arrears: bool | None = None
    bucket: str | None = None
    current_dpd: int | None = field(default=None, name="currentDPD")
    last_updated: Instant | None = None


class StoredFee(Document, kw_only=True):
    """A fee of an account of our ledger, with what of it was paid and waived.

    What can still be waived is `amount - waived`; of that, `paid` goes to principal.
    """

    transaction_id: Key
    type: Code
    amount: Money
    paid: Money = Money(0)
    waived: Money = Money(0)
    charged_at: Instant | None = None


class LoanAccountDocument(Document, kw_only=True):
    """A loan account. `ver` is the ledger's version of it; absent for outside accounts."""

    loan_account_id: Key
    source: Source | None = None
    account_number: Key | None = None
    application_number: Key | None = None
    customer_id: Key | None = None
    customer_id_string: Key | None = None
    customer_name: str | None = None
    loan_terms: LoanTerms | None = None
    balances: StoredBalances | None = None
    account_status: AccountStatus = "unknown"
    sdk_status: str | None = None
    signed_loan_agreement_url: str | None = None
    commencement_date: CalendarDate | None = None
    last_payment: LastPayment | None = None
    repayment_schedule: RepaymentSchedule | None = None
    closure: Closure | None = None
    aging: Aging | None = None
    fees: list[StoredFee] = []
    guards: dict[str, str] = {}
    ver: int | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


# ------------------------------------------------------------------ ledger read models


class TransactionDocument(Document, kw_only=True):
    """One ledger transaction, for histories and for search by reference."""

    transaction_id: Key
    loan_account_id: Key
    customer_id: Key
    type: Code
    transaction_date: Instant
    effective_date: CalendarDate
    amount: Money
    principal_delta: Money
    interest_delta: Money
    fee_delta: Money
    overpayment_delta: Money
    total_delta: Money
    principal_after: Money
    interest_after: Money
    fee_after: Money
    overpayment_after: Money
    total_after: Money
    description: str
    reference_type: str | None = None
    reference_id: str | None = None
    payment_id: str | None = None
    payment_method: str | None = None
    payment_reference: str | None = None
    reason_code: str | None = None
    approved_by: str | None = None
    target_transaction_id: str | None = None
    created_by: Key
    event_id: Key
    position: int
    ver: int
    created_at: Instant | None = None
    updated_at: Instant | None = None


class AuditEventDocument(Document, kw_only=True):
    """One event of our ledger with its exact canonical body and its place in the chain."""

    event_id: Key
    event_type: str
    subject_id: Key
    ver: int
    position: int
    recorded_at: Instant
    actor: Key
    body: str
    hash: str
    prev: str
    loan_account_id: Key | None = None
    customer_id: Key | None = None
    transaction_id: Key | None = None
    transaction_type: str | None = None
    amount: Money | None = None
    reason_code: str | None = None
    approved_by: Key | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class StaffDocument(Document, kw_only=True):
    """A staff member as the ledger knows them; passwords are elsewhere."""

    staff_id: Key
    username: Key
    display_name: str
    email: str | None = None
    roles: list[str] = []
    limits: dict[str, Money] = {}
    enabled: bool = True
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


# ------------------------------------------------------------------ the projector's own


class MarkDocument(Document, kw_only=True):
    """An external event was applied. `_id` is 16 bytes of SHA-256 of its identity."""


class ParkedEventDocument(Document, kw_only=True):
    """A ledger event that came before its predecessor; `_id` is `subject:version`."""

    subject_id: Key
    ver: int
    entry_id: str
    fields: dict[str, str]
    parked_at: Instant


class ArchivedEventDocument(Document, kw_only=True):
    """An applied event, for a rebuild; `_id` orders them as they were applied.

    One from outside has `sealed`: its fields, compressed where worth it, under the key of
    `customer_id` (empty: the general key), which lies outside this database. Of our
    ledger's events only `positions` stand here: pairs of a first one and a count.
    """

    stream: str = ""
    entry_id: str = ""
    mark: bytes = b""
    received_at: Instant | None = None
    customer_id: Key | None = None
    sealed: bytes = b""
    positions: list[int] = []


class UnknownEventDocument(Document, kw_only=True):
    """A type that nobody reads; `_id` is the type.

    The sample is the first entry: where it stands, and of each field how many bytes it
    has. What stands in the fields may name a person and is not kept.
    """

    first_seen: Instant
    last_seen: Instant
    count: int
    sample_stream: str = ""
    sample_entry_id: str = ""
    sample_bytes: dict[str, int] = {}


class HeartbeatDocument(Document, kw_only=True):
    """A living part's sign; `_id` is the part's name.

    Older than 10 s, or with a connection that is down, the part counts as lost.
    `lag_seconds` is the age of the newest applied entry of each stream when it was
    applied; `backlog` the entries still to read. `inbox_lost_at` is when the inbox was found
    emptied: what was published there and not read before is lost.
    """

    at: Instant
    started_at: Instant
    process_id: int
    redis_connected: bool
    mongo_connected: bool
    ledger_connected: bool | None = None
    last_position: int = 0
    lag_seconds: dict[str, float] = {}
    backlog: dict[str, int] = {}
    applied: int = 0
    duplicates: int = 0
    parked: int = 0
    unknown: int = 0
    dead_lettered: int = 0
    inbox_lost_at: Instant | None = None


class LockDocument(Document, kw_only=True):
    """A counter that two transactions on one customer's links both touch."""

    n: int


# ------------------------------------------------------------------ the desk's own


class CredentialDocument(Document, kw_only=True):
    """How a staff member signs in; `_id` is the staff id. Written only by the desk."""

    username: Key
    password_hash: str
    failures: int = 0
    locked_until: Instant | None = None
    updated_at: Instant | None = None


class OperationDocument(Document, kw_only=True):
    """A change that somebody asked for at the desk; `_id` is its idempotency key.

    `state` is saving, saved (the ledger said yes), synced (the projection shows it),
    refused, unknown (the answer never came) or dismissed.
    """

    staff_id: Key
    command: str
    loan_account_id: Key
    parameters: dict[str, str]
    state: str
    sentence: str = ""
    reason: str = ""
    account_version: int | None = None
    balances_after: dict[str, str] = {}
    created_at: Instant
    updated_at: Instant


# ------------------------------------------------------------------ collections


class Index(Struct, frozen=True):
    """An index: fields with their direction, and MongoDB's options."""

    fields: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None


class Collection(Struct, frozen=True):
    """A collection: its name, who may write it, what is in it, how it is found."""

    name: str
    writer: Literal["projector", "dashboard"]
    document: type[Document]
    indexes: tuple[Index, ...] = ()
    clustered: bool = False


def _by(*fields: str) -> Index:
    """Build an index; a leading minus is descending."""
    return Index(tuple((name.lstrip("-"), -1 if name.startswith("-") else 1) for name in fields))


CUSTOMERS: Final = Collection(
    "customers",
    "projector",
    CustomerDocument,
    (
        _by("search.words"),
        _by("search.name"),
        _by("search.email"),
        _by("search.mobile"),
        _by("search.mobileReversed"),
        _by("search.grams"),
    ),
)
LOAN_ACCOUNTS: Final = Collection(
    "loan-accounts",
    "projector",
    LoanAccountDocument,
    (_by("customerIdString"), _by("accountNumber"), _by("applicationNumber")),
)
TRANSACTIONS: Final = Collection(
    "transactions",
    "projector",
    TransactionDocument,
    (
        _by("loanAccountId", "-transactionDate", "-position"),
        _by("loanAccountId", "type", "-transactionDate", "-position"),
        _by("paymentReference"),
    ),
)
AUDIT_EVENTS: Final = Collection(
    "audit-events",
    "projector",
    AuditEventDocument,
    (_by("-position"), _by("loanAccountId", "-position"), _by("transactionId")),
)
STAFF: Final = Collection("staff", "projector", StaffDocument, (_by("username"),))
MARKS: Final = Collection("marks", "projector", MarkDocument, clustered=True)
PARKED_EVENTS: Final = Collection(
    "parked-events", "projector", ParkedEventDocument, (_by("subjectId", "ver"),)
)
ARCHIVE: Final = Collection("archive", "projector", ArchivedEventDocument, clustered=True)
UNKNOWN_EVENTS: Final = Collection("unknown-events", "projector", UnknownEventDocument)
HEARTBEATS: Final = Collection("heartbeats", "projector", HeartbeatDocument)
LOCKS: Final = Collection("locks", "projector", LockDocument)
CREDENTIALS: Final = Collection("desk-credentials", "dashboard", CredentialDocument)
OPERATIONS: Final = Collection(
    "desk-operations",
    "dashboard",
    OperationDocument,
    (_by("staffId", "-createdAt"), _by("loanAccountId", "-createdAt")),
)

COLLECTIONS: Final = (
    CUSTOMERS,
    LOAN_ACCOUNTS,
    TRANSACTIONS,
    AUDIT_EVENTS,
    STAFF,
    MARKS,
    PARKED_EVENTS,
    ARCHIVE,
    UNKNOWN_EVENTS,
    HEARTBEATS,
    LOCKS,
    CREDENTIALS,
    OPERATIONS,
)
"""Every collection there is."""
