"""Every event that travels on a stream: one frozen struct each.

An event's `type` names it on the wire and is no part of its body. Required fields have
no default; an optional field that is absent or null is None (or empty). A body may hold
more than is declared here: what nobody reads is ignored.
"""

from collections.abc import Mapping
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


class CustomerEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something about a customer."""

    customer_id: Key


class CustomerChanged(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's profile; fields that are null change nothing."""

    type: ClassVar[str] = "customer.changed.v1"
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


class CustomerVerified(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The customer's identity was verified."""

    type: ClassVar[str] = "customer.verified.v1"


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
    annual_rate_ppm: int = 0
    """Simple interest a year in parts per million of the principal; 0: none."""


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


class AgingUpdated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """How many days an account is past due, and in which bucket that puts it."""

    type: ClassVar[str] = "loan.aging.updated.v1"
    account_id: Key
    dpd: int
    bucket: Code
    is_in_arrears: bool | None = None
    last_updated: Instant | None = None
    previous_bucket: Code = NO_CODE
    transition_reason: str = ""


class PaymentReceived(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A payment gateway's word that money came in; the ledger's intake posts it."""

    type: ClassVar[str] = "payment.received.v1"
    account_id: Key
    amount: Money
    payment_reference: Key = NO_KEY
    effective_date: CalendarDate | None = None


# ------------------------------------------------------------------ postings of our ledger


class Posting(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A movement of money on an account: the change and the balances after it.

    All amounts are whole cents; a delta is positive where it makes that balance larger.
    `overpayment` is what the lender owes the customer. `sealed_texts` holds free text by
    its name ("reason", "notes") as base64 ciphertext under the customer's key.
    `request_id` and `requested_by` tell of the approval that the posting carries out.
    `key_mark` stands for the idempotency key of the command (`ledger.own_keys`), so that
    what was done under a key is known by the journal alone.
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
    request_id: Key = NO_KEY
    requested_by: Key = NO_KEY
    key_mark: Code = NO_CODE

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
    """Money came in: fees first, then interest, then principal, the rest is owed back.

    `original_message_id` is that of the message of the inbox that brought it, if one did.
    """

    type: ClassVar[str] = "repayment.recorded.v1"
    amount: Money
    payment_id: Key = NO_KEY
    payment_method: Code = NO_CODE
    payment_reference: Key = NO_KEY
    original_message_id: Key = NO_KEY
    fee_shares: tuple[FeeShare, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()


class FeeWaived(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A fee, or an amount of the fees, was forgiven.

    `fee_shares` names the unpaid fees that were forgiven, `returned_shares` those that
    had been paid: that money went to interest and principal instead, and where those are
    paid, to the fees of `settled_shares`.
    """

    type: ClassVar[str] = "fee.waived.v1"
    amount: Money
    approved_by: Key
    target_transaction_id: Key = NO_KEY
    fee_shares: tuple[FeeShare, ...] = ()
    returned_shares: tuple[FeeShare, ...] = ()
    settled_shares: tuple[FeeShare, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()


class FeeChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a posting changes about one fee: its amount, what of it is paid or waived."""

    transaction_id: Key
    amount_delta: Money = NOTHING
    paid_delta: Money = NOTHING
    waived_delta: Money = NOTHING


class AdjustmentMade(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """Principal or fees were set right, up or down."""

    type: ClassVar[str] = "adjustment.made.v1"
    approved_by: Key
    fee_changes: tuple[FeeChange, ...] = ()


class AccountWrittenOff(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """The whole balance was given up as bad debt; `amount` is that balance."""

    type: ClassVar[str] = "account.written_off.v1"
    amount: Money
    approved_by: Key


class WriteOffUndone(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A write-off was taken back: the balance stands again."""

    type: ClassVar[str] = "account.write_off_undone.v1"
    amount: Money
    approved_by: Key
    original_transaction_id: Key


class RecoveryRecorded(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """Money came in after a write-off: income, for nothing is owed in the books any more."""

    type: ClassVar[str] = "recovery.recorded.v1"
    amount: Money
    approved_by: Key
    payment_reference: Key = NO_KEY


class OverpaymentRefunded(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer had paid too much was paid back."""

    type: ClassVar[str] = "overpayment.refunded.v1"
    amount: Money
    approved_by: Key
    payment_reference: Key = NO_KEY


class PaymentReversed(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A transaction was taken back; it stays in the books, this one points at it.

    `paid_delta` is the change of what was paid in all; `instalment_shares` are taken off
    instalments that were paid. On a written-off account the balances stay as they are, and
    what would be owed again is written off besides.
    """

    type: ClassVar[str] = "payment.reversed.v1"
    amount: Money
    approved_by: Key
    original_transaction_id: Key
    original_transaction_type: Code
    original_event_id: Key
    paid_delta: Money = NOTHING
    fee_changes: tuple[FeeChange, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()
    principal_written_off: Money = NOTHING
    interest_written_off: Money = NOTHING
    fees_written_off: Money = NOTHING

    @property
    def written_off(self) -> Money:
        """What was written off besides."""
        return Money(self.principal_written_off + self.interest_written_off + self.fees_written_off)


class PaymentCorrected(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """A payment as it should have been posted.

    It stands for a reversed transaction (`original_transaction_id`), or for a message
    that never was posted (`original_message_id`, the dead letter's).
    """

    type: ClassVar[str] = "payment.correction.v1"
    amount: Money
    approved_by: Key
    original_transaction_id: Key = NO_KEY
    original_message_id: Key = NO_KEY
    payment_reference: Key = NO_KEY
    fee_shares: tuple[FeeShare, ...] = ()
    instalment_shares: tuple[InstalmentShare, ...] = ()


class InterestAccrued(Posting, frozen=True, kw_only=True, omit_defaults=True):
    """Simple daily interest from one business date through another, both included.

    Below zero where a back-dated posting made less interest due. What payments share anew with it
    moves between interest and principal, then to the fees of `fee_shares`. `remainder` is what is
    left of a cent, in cents x ppm x days of the year, carried to the next accrual.
    """

    type: ClassVar[str] = "interest.accrued.v1"
    from_date: CalendarDate
    through_date: CalendarDate
    annual_rate_ppm: int
    remainder: int = 0
    fee_shares: tuple[FeeShare, ...] = ()


class BucketStanding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many accounts under way stand in a bucket of ageing, and what they owe together."""

    bucket: Code
    accounts: int
    outstanding: Money


class DayEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The end of a business day was run: interest accrued, accounts aged.

    `buckets` is how the books stand by then, as the next day begins.
    """

    type: ClassVar[str] = "day.ended.v1"
    business_date: CalendarDate
    accounts_accrued: int
    accounts_aged: int
    buckets: tuple[BucketStanding, ...] = ()


# ------------------------------------------------------------------ approvals


class ApprovalEvent(Event, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Something about a request. Bodies are in camel case, as `writeoff.*` always were."""

    request_id: Key = NO_KEY
    request_number: str = ""
    sealed_texts: dict[str, str] = {}


class ApprovalRequested(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asks for a command that they may not carry out alone.

    `command` is the canonical body of the command as it will be executed and
    `command_hash` its SHA-256; `snapshot` the account as the requester saw it, the
    canonical body that the approval compares with. Ours only; other feeds leave them out.
    """

    type: ClassVar[str] = "approval.requested.v1"
    kind: Code = NO_CODE
    loan_account_id: Key = NO_KEY
    customer_id: Key = NO_KEY
    customer_name: str = ""
    account_number: Key = NO_KEY
    amount: Money | None = None
    original_balance: Money | None = None
    reason: Code = NO_CODE
    notes: str = ""
    priority: Code = NO_CODE
    requested_by: Key = NO_KEY
    requested_by_name: str = ""
    command: str = ""
    command_hash: str = ""
    account_version: int = 0
    snapshot: str = ""
    expires_at: Instant | None = None
    structuring: bool = False
    related_request_ids: tuple[Key, ...] = ()


class ApprovalApproved(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A request was approved and, in the same journal transaction, carried out.

    `statement` is the exact text that the approver signed (`proto.decision`), `signature`
    base64. `approver_version` is the version of the approver's own history by which their
    key and their rights were looked at: it makes that history in a receipt whole.
    """

    type: ClassVar[str] = "approval.approved.v1"
    comment: str = ""
    approved_by: Key = NO_KEY
    approved_by_name: str = ""
    ledger_event_id: Key = NO_KEY
    transaction_id: Key = NO_KEY
    statement: str = ""
    signature: str = ""
    key_id: Key = NO_KEY
    approver_version: int = 0


class ApprovalRejected(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A request was refused for good."""

    type: ClassVar[str] = "approval.rejected.v1"
    reason: str = ""
    rejected_by: Key = NO_KEY
    rejected_by_name: str = ""
    statement: str = ""
    signature: str = ""
    key_id: Key = NO_KEY
    approver_version: int = 0


class ApprovalReturned(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A request went back to its requester, who is asked for more."""

    type: ClassVar[str] = "approval.returned.v1"
    reason: str = ""
    returned_by: Key = NO_KEY
    returned_by_name: str = ""


class ApprovalResubmitted(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The requester looked again and asks again, by the account as it is now.

    `structuring` and `related_request_ids` take the place of the request's; None, where an
    older event tells neither, leaves both.
    """

    type: ClassVar[str] = "approval.resubmitted.v1"
    resubmitted_by: Key = NO_KEY
    resubmitted_by_name: str = ""
    account_version: int = 0
    snapshot: str = ""
    original_balance: Money | None = None
    expires_at: Instant | None = None
    structuring: bool | None = None
    related_request_ids: tuple[Key, ...] = ()


class ApprovalCancelled(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The requester took the request back."""

    type: ClassVar[str] = "approval.cancelled.v1"
    cancelled_by: Key = NO_KEY
    cancelled_by_name: str = ""
    reason_code: Code = NO_CODE


class ApprovalExpired(ApprovalEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody decided in time."""

    type: ClassVar[str] = "approval.expired.v1"


class WriteOffRequested(ApprovalRequested, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off, under the name that other systems know."""

    type: ClassVar[str] = "writeoff.requested.v1"


class WriteOffApproved(ApprovalApproved, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.approved.v1"


class WriteOffRejected(ApprovalRejected, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.rejected.v1"


class WriteOffReturned(ApprovalReturned, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.returned.v1"


class WriteOffResubmitted(ApprovalResubmitted, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.resubmitted.v1"


class WriteOffCancelled(ApprovalCancelled, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.cancelled.v1"


class WriteOffExpired(ApprovalExpired, frozen=True, kw_only=True, omit_defaults=True):
    """The same body for a write-off."""

    type: ClassVar[str] = "writeoff.expired.v1"


# ------------------------------------------------------------------ notes, reviews, reading


class NoteEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something about a note about a customer; its text is ciphertext."""

    note_id: Key
    customer_id: Key
    account_id: Key = NO_KEY
    sealed_texts: dict[str, str] = {}


class NoteAdded(NoteEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody noted something."""

    type: ClassVar[str] = "note.added.v1"


class NoteAmended(NoteEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A note's new text; the old one stays in the journal."""

    type: ClassVar[str] = "note.amended.v1"


class ItemReviewed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A compliance officer looked at an event of the ledger: `verified` or `queried`.

    `event_id` is that event; its note is sealed under the event's customer, where it
    has one.
    """

    type: ClassVar[str] = "item.reviewed.v1"
    event_id: Key
    outcome: Code
    account_id: Key = NO_KEY
    customer_id: Key = NO_KEY
    sealed_texts: dict[str, str] = {}


class TextRevealed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody read the free text of an event; what it says is not repeated here.

    What for is sealed like the text, for who types it may name the customer; only earlier
    events have a plain `purpose`.
    """

    type: ClassVar[str] = "text.revealed.v1"
    event_id: Key
    customer_id: Key = NO_KEY
    names: tuple[str, ...] = ()
    purpose: str = ""
    sealed_texts: dict[str, str] = {}


class LetterEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something that somebody did about a dead letter."""

    letter_id: Key


class LetterOpened(LetterEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asked to read a dead letter; the answer is sealed for `reader_key` (base64)."""

    type: ClassVar[str] = "letter.opened.v1"
    reader_key: str


class LetterReplayed(LetterEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody had the entry of a dead letter published again."""

    type: ClassVar[str] = "letter.replayed.v1"


class LetterResolved(LetterEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody closed a dead letter that needs no posting, for a reason of a list.

    The message of the inbox that it was (empty: it was none) is posted no more.
    """

    type: ClassVar[str] = "letter.resolved.v1"
    reason_code: Code
    original_message_id: Key = NO_KEY


class RebuildAsked(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asked for the read models to be made anew from all events."""

    type: ClassVar[str] = "rebuild.asked.v1"


class ReadOnlySet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The ledger stopped taking commands, or takes them again."""

    type: ClassVar[str] = "ledger.read_only_set.v1"
    read_only: bool
    reason: str = ""


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
    person_id: Key = NO_KEY
    """The person behind the sign-in; two sign-ins of one person share it."""
    acts_for: tuple[Key, ...] = ()
    """Staff ids on whose behalf this one works: none of them decides the other's request."""
    reason_code: Code = NO_CODE


class StaffDisabled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member may do nothing any more."""

    type: ClassVar[str] = "staff.disabled.v1"
    staff_id: Key
    reason: str = ""
    reason_code: Code = NO_CODE


class StaffEnabled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member who was disabled may work again, in the roles and limits they had."""

    type: ClassVar[str] = "staff.enabled.v1"
    staff_id: Key
    reason: str = ""
    reason_code: Code = NO_CODE


class StaffRolesSet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member's roles, replaced whole."""

    type: ClassVar[str] = "staff.roles_set.v1"
    staff_id: Key
    roles: tuple[Code, ...]
    reason_code: Code = NO_CODE


class StaffLimitsSet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member's own limits, replaced whole."""

    type: ClassVar[str] = "staff.limits_set.v1"
    staff_id: Key
    limits: dict[str, Money]
    reason_code: Code = NO_CODE


class StaffKeyEnrolled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A staff member's Ed25519 key for decisions; only its owner enrols it."""

    type: ClassVar[str] = "staff.key_enrolled.v1"
    staff_id: Key
    key_id: Key
    public_key: str
    """Base64 of the 32 raw bytes."""


class StaffStartPasswordGiven(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An administrator gave somebody a start password in place of theirs; the desk has it."""

    type: ClassVar[str] = "staff.start_password_given.v1"
    staff_id: Key
    reason_code: Code


class StaffKeyRevoked(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A key decides nothing any more; what it signed before stays valid."""

    type: ClassVar[str] = "staff.key_revoked.v1"
    staff_id: Key
    key_id: Key
    reason: str = ""
    reason_code: Code = NO_CODE


# ------------------------------------------------------------------ conversations


class ConversationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something in a customer's conversation with the assistant, or about it.

    Its fields are read from the entry's top level first, then from the body, in snake or
    camel case or under one of `OTHER_NAMES`. `body` is all that was sent, of any form; a
    body that is not JSON is its text.
    """

    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    body: Any = None
    timestamp: Instant | None = None


_APPLICATION: Final = {"application_number": ("app_number", "appNumber")}


class ConversationStarted(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation began."""

    type: ClassVar[str] = "conversation_started"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = _APPLICATION
    customer_id: Key = NO_KEY
    application_number: Key = NO_KEY


class UserInput(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The customer said something."""

    type: ClassVar[str] = "user_input"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "utterance": ("content", "text", "message"),
        "timestamp": ("created_at", "createdAt"),
    }
    utterance: str = ""
    rationale: Any = None
    answer_input_type: Any = None
    prev_seq: Any = None
    end_conversation: bool | None = None
    additional_data: Any = None


class AssistantResponse(UserInput, frozen=True, kw_only=True, omit_defaults=True):
    """The assistant said something."""

    type: ClassVar[str] = "assistant_response"


class ApplicationDetailChanged(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer told for their application, and about themselves."""

    type: ClassVar[str] = "applicationDetail_changed"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = _APPLICATION
    application_number: Key = NO_KEY
    customer_id: Key = NO_KEY
    customer: "ApplicantDetails | None" = None
    loan_amount: Money | None = None
    loan_purpose: Any = None
    loan_term: Any = None
    customer_attestation_acceptance: Any = None
    statement_capture_consent_provided: Any = None
    product_offer_acceptance: Any = None


class ApplicantDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An applicant, as a conversation tells of them; names of fields as above."""

    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "customer_id": ("id",),
        "first_name": ("given_name", "givenName"),
        "last_name": ("surname", "family_name", "familyName"),
        "email_address": ("email",),
        "mobile_phone_number": (
            "phone",
            "mobile",
            "mobile_phone",
            "mobilePhone",
            "mobile_number",
            "mobileNumber",
            "phone_number",
            "phoneNumber",
        ),
        "date_of_birth": ("dob",),
        "residential_address": ("address",),
    }
    customer_id: Key = NO_KEY
    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    mobile_phone_number: Key = NO_KEY
    date_of_birth: CalendarDate | None = None
    ekyc_status: Any = None
    residential_address: ResidentialAddress | None = None


class Assessment(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of a check, kept as it was sent."""

    type: ClassVar[str] = "identityRisk_assessment"


class ServiceabilityAssessed(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the customer can afford the loan."""

    type: ClassVar[str] = "serviceability_assessment_results"


class CreditServiceabilityAssessed(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """The same under its newer name."""

    type: ClassVar[str] = "credit_assessment_serviceability_result"


class FraudChecked(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """The outcome of the check for fraud."""

    type: ClassVar[str] = "fraudCheck_assessment"


class AccountConductAssessed(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """How the customer's bank account was used."""

    type: ClassVar[str] = "credit_assessment_accountConduct_result"


class PostIdentityRiskChecked(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """The checks that follow the one of identity are done."""

    type: ClassVar[str] = "post_identity_risk_checks_complete"


class CreditAssessmentCompleted(Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """All checks are done."""

    type: ClassVar[str] = "credit_assessment_complete"


class NoticePosted(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """An agent left a notice on the conversation's board."""

    type: ClassVar[str] = "noticeboard_post"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {"content": ("post",)}
    agent_name: str = ""
    content: Any = None


class NoticeboardUpdated(NoticePosted, frozen=True, kw_only=True, omit_defaults=True):
    """The same under its older name."""

    type: ClassVar[str] = "noticeboard_updated"


class DecisionDetail(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an application was decided so, and what the customer may do then."""

    reason: Any = None
    retry_eligible: Any = None
    source_application_number: Key = NO_KEY
    blocked_until: Any = None


class FinalDecision(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the application."""

    type: ClassVar[str] = "final_decision"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {"decision": ("outcome",)}
    decision: Code = NO_CODE
    decision_status: Code = NO_CODE
    decision_detail: DecisionDetail | None = None
    reason: Any = None
    retry_eligible: Any = None
    source_application_number: Key = NO_KEY
    blocked_until: Any = None


class FinalCreditDecision(FinalDecision, frozen=True, kw_only=True, omit_defaults=True):
    """The same under its newer name."""

    type: ClassVar[str] = "final_credit_decision"


class ConversationSummarised(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What the conversation was about; facts are replaced whole."""

    type: ClassVar[str] = "conversation_summary"
    purpose: Any = None
    facts: list[Any] | None = None


class ConversationSummaryChanged(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What is new about the conversation as a whole."""

    type: ClassVar[str] = "conversationSummary_changed"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **_APPLICATION,
        "customer_id": ("customerIdString", "customer_id_string"),
    }
    application_number: Key = NO_KEY
    status: Code = NO_CODE
    customer_id: Key = NO_KEY


class StatementStep(ConversationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A step of the capture of bank statements; each tells whatever it knows."""

    type: ClassVar[str] = "statement_retrieval_complete"
    OTHER_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "job_id": ("basiqJobId", "basiq_job_id")
    }
    job_id: Key = NO_KEY
    steps: Any = None
    account_summary: Any = None
    statement_account_holders: str = ""
    affordability_report: Any = None


class StatementConsentInitiated(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The customer was asked to let their statements be read."""

    type: ClassVar[str] = "statement_consent_initiated"


class StatementConsentCompleted(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The customer agreed."""

    type: ClassVar[str] = "statement_consent_complete"


class StatementConsentCancelled(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The customer did not agree."""

    type: ClassVar[str] = "statement_consent_cancelled"


class BasiqJobCreated(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The retrieval began."""

    type: ClassVar[str] = "basiq_job_created"


class AffordabilityReportDownloaded(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The report on what the customer can afford is there."""

    type: ClassVar[str] = "affordability_report_downloaded"


class AffordabilityReportCompleted(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The same under its newer name."""

    type: ClassVar[str] = "affordability_report_complete"


class StatementChecksCompleted(StatementStep, frozen=True, kw_only=True, omit_defaults=True):
    """The statements were checked."""

    type: ClassVar[str] = "statement_checks_complete"


# ------------------------------------------------------------------ messages to customers


class NotificationTags(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message belongs to."""

    category: str | None = None
    reason: str | None = None
    step: str | None = None


class NotificationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something about a message to a customer, or about whether they may get any."""

    notification_id: Key = NO_KEY
    idempotency_key: Key = NO_KEY
    request_id: Key = NO_KEY
    channel: Code = NO_CODE
    template_name: str | None = None
    template_content_hash: str | None = None
    template_git_sha: str | None = None
    provider: str | None = None
    provider_message_id: Key = NO_KEY
    recipient_hash: str | None = None
    customer_id: Key = NO_KEY
    customer_ref: Key = NO_KEY
    correlation_id: Key = NO_KEY
    event_at: Instant | None = None
    sent_at: Instant | None = None
    tags: NotificationTags | None = None


class NotificationSent(NotificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A message was handed to its provider."""

    type: ClassVar[str] = "notification.sent.v1"


class NotificationDeliveryFailed(NotificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A message did not reach the customer."""

    type: ClassVar[str] = "notification.delivery_failed.v1"
    failed_at: Instant | None = None
    error_type: Code = NO_CODE
    error_message: str | None = None
    attempt: int | None = None
    fallback_suggested: Any = None
    """A channel, or whether there is one: as the feed sends it."""


class NotificationSuppressionChanged(
    NotificationEvent, frozen=True, kw_only=True, omit_defaults=True
):
    """Which messages a customer gets was changed."""

    type: ClassVar[str] = "notification.suppression.changed.v1"
    mode: Code = NO_CODE
    reason: str | None = None
    set_by: Key = NO_KEY
    set_at: Instant | None = None
    expires_at: Instant | None = None


class StatementGenerated(NotificationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A statement of account was made and sent."""

    type: ClassVar[str] = "statement.generated.v1"
    account_id: Key = NO_KEY
    period_start: CalendarDate | None = None
    period_end: CalendarDate | None = None
    dispatched_at: Instant | None = None


# ------------------------------------------------------------------ groups and names

# What some `match` handles to its last event is a union, for of a class's subclasses mypy knows
# no end: by the event's line here it names each `match` that has no case for it.

AccountEvent = (
    AccountCreated
    | AccountUpdated
    | AccountStatusChanged
    | AccountClosed
    | ScheduleCreated
    | ScheduleUpdated
    | AgingUpdated
)
PostingEvent = (
    LoanDisbursed
    | FeeApplied
    | RepaymentRecorded
    | FeeWaived
    | AdjustmentMade
    | AccountWrittenOff
    | WriteOffUndone
    | RecoveryRecorded
    | OverpaymentRefunded
    | PaymentReversed
    | PaymentCorrected
    | InterestAccrued
)
RequestEvent = (
    ApprovalRequested
    | ApprovalApproved
    | ApprovalRejected
    | ApprovalReturned
    | ApprovalResubmitted
    | ApprovalCancelled
    | ApprovalExpired
)
"""The `writeoff.*` events are subclasses of these."""
StaffEvent = (
    StaffCreated
    | StaffDisabled
    | StaffEnabled
    | StaffRolesSet
    | StaffLimitsSet
    | StaffKeyEnrolled
    | StaffKeyRevoked
    | StaffStartPasswordGiven
)
DeskEvent = (
    NoteEvent | ItemReviewed | TextRevealed | LetterEvent | RebuildAsked | ReadOnlySet | DayEnded
)
ConversationTold = (
    ConversationStarted
    | UserInput
    | ApplicationDetailChanged
    | Assessment
    | NoticePosted
    | FinalDecision
    | ConversationSummarised
    | ConversationSummaryChanged
    | StatementStep
)
"""What stands under several names is told by subclasses of these."""
NotificationTold = (
    NotificationSent
    | NotificationDeliveryFailed
    | NotificationSuppressionChanged
    | StatementGenerated
)
LedgerEvent = AccountEvent | PostingEvent | RequestEvent | StaffEvent | DeskEvent

EVENTS: Final[dict[str, type[Event]]] = {
    each.type: each
    for each in tuple(globals().values())
    if isinstance(each, type) and issubclass(each, Event) and "type" in vars(each)
}
"""Type on the wire to the struct that reads its body: all above that have a name of their own."""
