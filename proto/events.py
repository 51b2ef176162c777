"""Every event that travels on a stream: one frozen struct each.

An event's `type` names it on the wire and is no part of its body. Required fields have
no default; an optional field that is absent or null is None (or empty). A body may hold
more than is declared here: what nobody reads is ignored.
"""

from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta, Struct

from proto.values import CalendarDate, Code, Instant, Key, Money

NOTHING: Final = Money(0)
NO_KEY: Final = Key("")
NO_CODE: Final = Code("")

PaymentNumber = Annotated[int, Meta(ge=1, le=10_000)]
"""An instalment's place in its schedule, from 1."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The common root, so that a function can say that it takes any event."""

    type: ClassVar[str]


# ------------------------------------------------------------------ customers


class ResidentialAddress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a customer lives; a new address replaces the old one whole."""

    street_number: str | None = None
    street_name: str | None = None
    street_type: str | None = None
    unit_number: str | None = None
    suburb: str | None = None
    state: str | None = None
    postcode: Key = NO_KEY
    country: str | None = None
    full_address: str | None = None


class CustomerChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's profile; fields that are null change nothing."""

    type: ClassVar[str] = "customer.changed.v1"
    customer_id: Key
    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    mobile_phone_number: Key = NO_KEY
    date_of_birth: CalendarDate | None = None
    ekyc_status: Any = None
    """Whatever a feed calls it: a value that we do not know skips this one field."""
    changed_at: Instant | None = None
    residential_address: ResidentialAddress | None = None
    staff_flag: bool | None = None
    investor_flag: bool | None = None
    vulnerable_flag: bool | None = None


class CustomerCreated(CustomerChanged, frozen=True, kw_only=True, omit_defaults=True):
    """The same body under the name that a new customer comes with."""

    type: ClassVar[str] = "customer.created.v1"


class CustomerUpdated(CustomerChanged, frozen=True, kw_only=True, omit_defaults=True):
    """The same body under the name that older publishers use."""

    type: ClassVar[str] = "customer.updated.v1"


class CustomerVerified(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The customer's identity was verified."""

    type: ClassVar[str] = "customer.verified.v1"
    customer_id: Key


# ------------------------------------------------------------------ accounts


class AccountCreated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A loan account came into being, with its terms."""

    type: ClassVar[str] = "account.created.v1"
    account_id: Key
    account_number: Key
    customer_id: Key
    status: Code
    loan_amount: Money
    loan_fee: Money
    loan_total_payable: Money
    current_balance: Money
    opened_date: CalendarDate
    signed_loan_agreement_url: str | None = None
    commencement_date: CalendarDate | None = None
    application_number: Key = NO_KEY


class AccountUpdated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What is new about an account after something happened to it."""

    type: ClassVar[str] = "account.updated.v1"
    account_id: Key
    current_balance: Money | None = None
    status: Code = NO_CODE
    last_payment_date: CalendarDate | None = None
    last_payment_amount: Money | None = None
    triggered_by_transaction_type: Code = NO_CODE
    triggered_by_transaction_id: Key = NO_KEY
    timestamp: Instant | None = None
    commencement_date: CalendarDate | None = None
    signed_loan_agreement_url: str | None = None


class AccountStatusChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An account's status moved."""

    type: ClassVar[str] = "account.status_changed.v1"
    account_id: Key
    new_status: Code
    changed_at: Instant | None = None


class AccountClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An account came to its end: paid off, written off or closed by hand."""

    type: ClassVar[str] = "account.closed.v1"
    account_id: Key
    customer_id: Key
    closure_reason: Code = NO_CODE
    previous_status: Code
    closed_date: CalendarDate
    final_balance: Money
    total_paid: Money
    loan_total_payable: Money
    triggered_by_transaction_id: Key = NO_KEY


class ScheduledPayment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One instalment as agreed."""

    payment_number: PaymentNumber
    due_date: CalendarDate
    amount: Money


class ScheduleCreated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The repayment schedule as agreed."""

    type: ClassVar[str] = "account.schedule.created.v1"
    account_id: Key
    schedule_id: Key
    n_payments: int
    payment_frequency: Code
    payments: tuple[ScheduledPayment, ...]
    created_date: CalendarDate | None = None


class InstalmentChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one instalment; a field that is absent erases nothing."""

    payment_number: PaymentNumber
    status: Code
    paid_date: CalendarDate | None = None
    amount_paid: Money | None = None
    amount_remaining: Money | None = None
    linked_transaction_ids: tuple[Key, ...] | None = None
    last_updated: Instant | None = None


class ScheduleUpdated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Instalments that were paid, partly paid or missed."""

    type: ClassVar[str] = "account.schedule.updated.v1"
    account_id: Key
    payments: tuple[InstalmentChange, ...]
    schedule_id: Key = NO_KEY


# ------------------------------------------------------------------ postings of our ledger


class Posting(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A movement of money on an account: the change and the balances after it.

    All amounts are whole cents; a delta is positive where it makes that balance larger.
    `overpayment` is what the lender owes the customer. `sealed_texts` holds free text by
    its name ("reason", "notes") as base64 ciphertext under the customer's key.
    """

    account_id: Key
    customer_id: Key
    transaction_id: Key
    transaction_type: Code
    transaction_at: Instant
    effective_date: CalendarDate
    principal_delta: Money
    interest_delta: Money
    fee_delta: Money
    overpayment_delta: Money
    principal_after: Money
    interest_after: Money
    fee_after: Money
    overpayment_after: Money
    description: str
    reference_type: Code = NO_CODE
    reference_id: Key = NO_KEY
    reason_code: Code = NO_CODE
    sealed_texts: dict[str, str] = {}

    @property
    def total_delta(self) -> Money:
        """What the posting changed about the debt."""
        return Money(self.principal_delta + self.interest_delta + self.fee_delta)

    @property
    def total_after(self) -> Money:
        """The debt after the posting; an overpayment is not a negative debt."""
        return Money(self.principal_after + self.interest_after + self.fee_after)


class LoanDisbursed(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """The loan was paid out to the customer."""

    type: ClassVar[str] = "loan.disbursed.v1"
    bank_reference: Key = NO_KEY
    payment_method: Code = NO_CODE
    attachment_location: str = ""


class FeeApplied(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A fee was charged: establishment, late or dishonour, as `transaction_type` says."""

    type: ClassVar[str] = "fee.applied.v1"
    days_past_due: int | None = None


class InstalmentShare(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a repayment went to one instalment."""

    payment_number: PaymentNumber
    amount: Money


class FeeShare(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a repayment or a waiver went to one fee."""

    transaction_id: Key
    amount: Money


class RepaymentRecorded(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """Money came in: fees first, then interest, then principal, the rest is owed back."""

    type: ClassVar[str] = "repayment.recorded.v1"
    amount: Money
    payment_id: Key = NO_KEY
    payment_method: Code = NO_CODE
    payment_reference: Key = NO_KEY
    fee_shares: tuple[FeeShare, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()


class FeeWaived(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A fee, or an amount of the fees, was forgiven.

    `fee_shares` names the unpaid fees that were forgiven, `returned_shares` those that
    had been paid: that money went to interest and principal instead.
    """

    type: ClassVar[str] = "fee.waived.v1"
    amount: Money
    approved_by: Key
    target_transaction_id: Key = NO_KEY
    fee_shares: tuple[FeeShare, ...] = ()
    returned_shares: tuple[FeeShare, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()


# ------------------------------------------------------------------ staff


class StaffCreated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody may sign in, in these roles; a kind of limit not named is the role's."""

    type: ClassVar[str] = "staff.created.v1"
    staff_id: Key
    username: Key
    display_name: str
    roles: tuple[Code, ...]
    limits: dict[str, Money] = {}
    email: str = ""


class StaffDisabled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member may do nothing any more."""

    type: ClassVar[str] = "staff.disabled.v1"
    staff_id: Key
    reason: str = ""


class StaffRolesSet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member's roles, replaced whole."""

    type: ClassVar[str] = "staff.roles_set.v1"
    staff_id: Key
    roles: tuple[Code, ...]


class StaffLimitsSet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member's own limits, replaced whole."""

    type: ClassVar[str] = "staff.limits_set.v1"
    staff_id: Key
    limits: dict[str, Money]


CustomerEvent = CustomerChanged | CustomerCreated | CustomerUpdated | CustomerVerified
AccountEvent = (
    AccountCreated
    | AccountUpdated
    | AccountStatusChanged
    | AccountClosed
    | ScheduleCreated
    | ScheduleUpdated
)
PostingEvent = LoanDisbursed | FeeApplied | RepaymentRecorded | FeeWaived
StaffEvent = StaffCreated | StaffDisabled | StaffRolesSet | StaffLimitsSet
LedgerEvent = AccountEvent | PostingEvent | StaffEvent
AnyEvent = CustomerEvent | LedgerEvent

EVENTS: Final[dict[str, type[Event]]] = {
    event.type: event
    for event in (
        CustomerChanged,
        CustomerCreated,
        CustomerUpdated,
        CustomerVerified,
        AccountCreated,
        AccountUpdated,
        AccountStatusChanged,
        AccountClosed,
        ScheduleCreated,
        ScheduleUpdated,
        LoanDisbursed,
        FeeApplied,
        RepaymentRecorded,
        FeeWaived,
        StaffCreated,
        StaffDisabled,
        StaffRolesSet,
        StaffLimitsSet,
    )
}
"""Type on the wire to the struct that reads its body."""
