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

    `name` is folded, `words` the same begun at each of its words; `mobile` is national
    digits and `mobile_reversed` the same backwards, so that an ending is a prefix; `grams`
    are the pieces of name, e-mail and id from each letter on, three to eight letters long.
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


class OtherSchedule(Document, kw_only=True):
    """What was told of the instalments of an agreement that is not the account's (yet)."""

    schedule_id: Key
    payments: list[StoredPayment] = []


class RepaymentSchedule(Document, kw_only=True):
    """The instalments of an account, by number."""

    schedule_id: Key | None = None
    number_of_payments: int | None = None
    payment_frequency: str | None = None
    created_date: CalendarDate | None = None
    payments: list[StoredPayment] = []
    others: list[OtherSchedule] = []


class Closure(Document, kw_only=True):
    """How an account came to its end.

    `later_balance` was told after it: it counts where a reversal takes the closing back.
    """

    reason: str | None = None
    previous_status: str | None = None
    closed_date: CalendarDate | None = None
    final_balance: Money | None = None
    total_paid: Money | None = None
    loan_total_payable: Money | None = None
    triggered_by_transaction_id: str | None = None
    later_balance: Money | None = None


class Aging(Document, kw_only=True):
    """How many days an account is past due."""

    is_in_arrears: bool | None = None
    bucket: str | None = None
    current_dpd: int | None = field(default=None, name="currentDPD")
    last_updated: Instant | None = None


class StoredFee(Document, kw_only=True):
    """A fee of an account of our ledger, with what of it was paid, waived and written off.

    What can still be waived is `amount - waived`; of that, `paid` goes to principal.
    """

    transaction_id: Key
    type: Code
    amount: Money
    paid: Money = Money(0)
    waived: Money = Money(0)
    written_off: Money | None = None
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
    """One ledger transaction, for histories and for search by reference.

    A reversal names its original, which names the reversal (`reversedBy`) and what was
    posted in its stead (`correctedBy`). The amount is never negative; the deltas tell.
    """

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
    bank_reference: str | None = None
    request_id: str | None = None
    requested_by: str | None = None
    original_transaction_id: str | None = None
    original_message_id: str | None = None
    reversed_by: str | None = None
    corrected_by: str | None = None
    created_by: Key
    event_id: Key
    position: int
    ver: int
    created_at: Instant | None = None
    updated_at: Instant | None = None


class AuditEventDocument(Document, kw_only=True):
    """One event of our ledger with its exact canonical body and its place in the chain.

    What was never reviewed has no `reviewStatus`. Whether a customer is staff is looked
    up when it is asked for, by `customers.staffFlag`: a flag comes and goes, the trail does
    not change. `aboutEventId` is the event that a review or a reading was about.

    In `body` free texts are ciphertext (`sealed_texts`); references such as
    `payment_reference` and `bank_reference` are plain, for they are searched by.
    """

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
    requested_by: Key | None = None
    request_id: Key | None = None
    about_event_id: Key | None = None
    review_status: str | None = None
    reviewed_by: Key | None = None
    reviewed_at: Instant | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class Utterance(Document, kw_only=True):
    """What the customer or the assistant said."""

    username: str
    utterance: str
    rationale: Any = None
    created_at: Instant
    answer_input_type: Any = None
    prev_seq: Any = None
    end_conversation: bool | None = None
    additional_data: Any = None


class Notice(Document, kw_only=True):
    """What an agent noted about a conversation."""

    agent_name: str
    topic: str
    content: Any = None
    timestamp: Instant


class Fact(Document, kw_only=True):
    """Something that a conversation established."""

    fact: Any = None


class StoredDecisionDetail(Document, kw_only=True):
    """Why an application was decided so."""

    reason: Any = None
    retry_eligible: Any = None
    source_application_number: str | None = None
    blocked_until: Any = None


class StatementCapture(Document, kw_only=True):
    """How far the capture of bank statements has come.

    Consent is initiated, complete or cancelled.
    """

    consent_status: str | None = None
    basiq_job_id: Key | None = None
    retrieval_complete: bool = False
    checks_complete: bool = False
    file_locations: dict[str, Any] = {}
    account_holders: list[str] = []
    affordability_report: Any = None


class ConversationDocument(Document, kw_only=True):
    """A customer's conversation with the assistant, and what was checked and decided in it.

    `status` is active, approved, declined, referred or hard_end, or as a feed tells it;
    how fresh an undecided one is, the screen tells from `lastUtteranceTime`. Free-form
    parts are as they were sent, but for names that MongoDB does not take. `bytesAtMost`
    is an upper bound of the document's size.
    """

    conversation_id: Key
    customer_id: Key | None = None
    customer_id_string: Key | None = None
    application_number: Key | None = None
    status: str = "active"
    started_at: Instant | None = None
    last_utterance_time: Instant | None = None
    utterances: list[Utterance] = []
    application_data: dict[str, Any] = {}
    assessments: dict[str, Any] = {}
    noticeboard: list[Notice] = []
    final_decision: str | None = None
    decision_status: str | None = None
    decision_detail: StoredDecisionDetail | None = None
    purpose: Any = None
    facts: list[Fact] = []
    statement_capture: StatementCapture | None = None
    statement_account_holders: str | None = None
    version: int = 0
    bytes_at_most: int = 0
    guards: dict[str, str] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None


class ApplicationDocument(Document, kw_only=True):
    """What was applied for, as conversations tell."""

    application_number: Key
    conversation_id: Key | None = None
    loan_amount: Money | None = None
    loan_purpose: Any = None
    loan_term: Any = None
    customer_attestation_acceptance: Any = None
    statement_capture_consent_provided: Any = None
    product_offer_acceptance: Any = None
    guards: dict[str, str] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None


class StoredTags(Document, kw_only=True):
    """What a message belongs to."""

    category: str | None = None
    reason: str | None = None
    step: str | None = None


class Failure(Document, kw_only=True):
    """Why a message did not reach the customer.

    `errorType` is transient, permanent, auth, template, contact_missing, opt_out or
    suppressed.
    """

    failed_at: Instant | None = None
    error_type: str | None = None
    error_message: str | None = None
    attempt: int | None = None
    fallback_suggested: Any = None


class Suppression(Document, kw_only=True):
    """Which messages a customer gets none of.

    `mode` is all, non_essential, marketing_only, panic_button or off.
    """

    mode: str | None = None
    reason: str | None = None
    set_by: str | None = None
    set_at: Instant | None = None
    expires_at: Instant | None = None


class SentStatement(Document, kw_only=True):
    """A statement of account that was sent."""

    account_id: Key | None = None
    period_start: CalendarDate | None = None
    period_end: CalendarDate | None = None
    dispatched_at: Instant | None = None


class NotificationDocument(Document, kw_only=True):
    """A message to a customer, or a change of which ones they get.

    `status` is sent, failed, blocked, suppression_change or statement.
    """

    notification_id: Key
    status: str
    idempotency_key: str | None = None
    request_id: str | None = None
    channel: str | None = None
    template_name: str | None = None
    template_content_hash: str | None = None
    template_git_sha: str | None = None
    provider: str | None = None
    provider_message_id: str | None = None
    recipient_hash: str | None = None
    customer_id: Key | None = None
    customer_ref: str | None = None
    correlation_id: str | None = None
    event_at: Instant | None = None
    sent_at: Instant | None = None
    tags: StoredTags | None = None
    failure: Failure | None = None
    suppression: Suppression | None = None
    statement: SentStatement | None = None
    guards: dict[str, str] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None


class RequestStep(Document, kw_only=True):
    """One step of a request: the state that it led to, who took it, the event that tells."""

    status: str
    event_type: str
    event_id: Key
    by: Key
    by_name: str = ""
    at: Instant


class ApprovalDocument(Document, kw_only=True):
    """A request of our ledger for somebody else's decision, of whatever kind.

    `status` is pending, approved, rejected, returned, cancelled or expired. `command` and
    `snapshot` are canonical bodies. Comments and reasons in words are ciphertext: they
    are read through the ledger, by the event of the step that has them.
    """

    request_id: Key
    request_number: str = ""
    kind: str = ""
    status: str = ""
    loan_account_id: Key | None = None
    customer_id: Key | None = None
    account_number: str = ""
    amount: Money | None = None
    original_balance: Money | None = None
    reason: str = ""
    priority: str = "normal"
    requested_by: Key | None = None
    requested_by_name: str = ""
    requested_at: Instant | None = None
    command: str = ""
    command_hash: str = ""
    account_version: int = 0
    snapshot: str = ""
    expires_at: Instant | None = None
    structuring: bool = False
    related_request_ids: list[str] = []
    decided_by: Key | None = None
    decided_by_name: str = ""
    decided_at: Instant | None = None
    closed_at: Instant | None = None
    ledger_event_id: Key | None = None
    transaction_id: Key | None = None
    key_id: Key | None = None
    steps: list[RequestStep] = []
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


class DecisionDetails(Document, kw_only=True):
    """Who decided about a write-off, or sent it back, or took it back, and what they said."""

    approved_by: str | None = None
    approved_by_name: str | None = None
    approved_at: Instant | None = None
    rejected_by: str | None = None
    rejected_by_name: str | None = None
    rejected_at: Instant | None = None
    returned_by: str | None = None
    returned_by_name: str | None = None
    returned_at: Instant | None = None
    cancelled_by: str | None = None
    cancelled_by_name: str | None = None
    cancelled_at: Instant | None = None
    comment: str | None = None
    reason: str | None = None
    ledger_event_id: str | None = None
    transaction_id: str | None = None


class DecisionStep(Document, kw_only=True):
    """A decision that waits for its request, or that came when another had been taken."""

    status: str
    event_id: Key
    at: Instant
    details: DecisionDetails | None = None


class WriteOffRequestDocument(Document, kw_only=True):
    """A request to write a loan off: our ledger's, or another system's (`source`).

    Approved, rejected, cancelled and expired are final: what comes later is a conflict.
    """

    request_id: Key
    source: Source
    status: str
    event_id: Key | None = None
    request_number: str | None = None
    loan_account_id: Key | None = None
    customer_id: Key | None = None
    customer_name: str = ""
    account_number: str = ""
    amount: Money | None = None
    original_balance: Money | None = None
    reason: str = ""
    notes: str | None = None
    priority: str = "normal"
    requested_by: str = ""
    requested_by_name: str = ""
    requested_at: Instant | None = None
    approval_details: DecisionDetails | None = None
    return_details: DecisionDetails | None = None
    cancellation_details: DecisionDetails | None = None
    conflicts: list[DecisionStep] = []
    created_at: Instant | None = None
    updated_at: Instant | None = None


class WaitingDecisionsDocument(Document, kw_only=True):
    """Decisions of other systems on a write-off request that has not come; `_id` is its id."""

    request_id: Key
    since: Instant
    decisions: list[DecisionStep]
    created_at: Instant | None = None
    updated_at: Instant | None = None


class StaffNotificationDocument(Document, kw_only=True):
    """What staff are told about requests.

    `_id` is `request:` and its id for those who may decide it: who holds `role`, with a
    limit that reaches `amount`, and is not `notFor`; open while it is pending. What
    `staffId` is told about the outcome of their own request is named by its event.
    """

    request_id: Key
    status: str
    is_open: bool
    at: Instant
    role: str | None = None
    not_for: Key | None = None
    staff_id: Key | None = None
    by: Key | None = None
    kind: str = ""
    amount: Money | None = None
    loan_account_id: Key | None = None
    account_number: str = ""
    priority: str = "normal"
    structuring: bool = False
    created_at: Instant | None = None
    updated_at: Instant | None = None


class NoteDocument(Document, kw_only=True):
    """A note about a customer, without its text: that is in the event `textEventId`."""

    note_id: Key
    customer_id: Key | None = None
    loan_account_id: Key | None = None
    added_by: Key | None = None
    added_at: Instant | None = None
    amended_by: Key | None = None
    amended_at: Instant | None = None
    amendments: int = 0
    text_event_id: Key | None = None
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


class ReviewDocument(Document, kw_only=True):
    """What compliance found of one event of the ledger; `_id` is that event's id.

    `waits` stands while the event itself is still to come.
    """

    event_id: Key
    outcome: str = ""
    reviewed_by: Key | None = None
    reviewed_at: Instant | None = None
    review_event_id: Key | None = None
    waits: bool = False
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


class LedgerSubjectDocument(Document, kw_only=True):
    """A subject of our ledger that has no other document; `_id` is its id.

    `ledger:read-only` says whether commands are taken, `ledger:end-of-day` which business
    date was ended last, `ledger:rebuild` who asked for one last, `reveal:` and a staff id
    what they read last.
    """

    subject_id: Key
    last_actor: Key | None = None
    last_at: Instant | None = None
    read_only: bool | None = None
    reason: str | None = None
    business_date: CalendarDate | None = None
    accounts_accrued: int | None = None
    accounts_aged: int | None = None
    last_event_id: Key | None = None
    ver: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


class TotalDocument(Document, kw_only=True):
    """Postings of our ledger of one kind and reason: how many, and what they moved.

    `_id` is what they are summed by. Of a reversal `originalType` is what it took back.
    A posting counts on the business date on which it was recorded. What it never moved is
    absent, which is zero.
    """

    transaction_type: str
    original_type: str = ""
    reason_code: str = ""
    count: int = 0
    amount: Money = Money(0)
    principal: Money = Money(0)
    interest: Money = Money(0)
    fees: Money = Money(0)
    overpayment: Money = Money(0)
    created_at: Instant | None = None
    updated_at: Instant | None = None


class DayTotalDocument(TotalDocument, kw_only=True):
    """The sum of one business day."""

    date: CalendarDate


class MonthTotalDocument(TotalDocument, kw_only=True):
    """The sum of one month, `YYYY-MM`."""

    month: str


class StaffWorkDocument(Document, kw_only=True):
    """What one staff member did: events of one kind and reason.

    The amount and the kind of transaction stand where the events are postings.
    """

    staff_id: Key
    event_type: str
    transaction_type: str | None = None
    original_type: str | None = None
    reason_code: str | None = None
    count: int = 0
    amount: Money | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class StaffDayDocument(StaffWorkDocument, kw_only=True):
    """What one staff member did on one business day: events of one kind and reason.

    The amount and the kind of transaction stand where the events are postings.
    """

    date: CalendarDate


class StaffMonthDocument(StaffWorkDocument, kw_only=True):
    """The same of one month, `YYYY-MM`, so that a long period is few documents."""

    month: str


class Bucket(Document, kw_only=True):
    """How many accounts stand in a bucket, and what they owe together."""

    accounts: int = 0
    outstanding: Money = Money(0)


class PortfolioDocument(Document, kw_only=True):
    """The accounts of our ledger that are under way, by bucket of ageing.

    `_id` is `now`, or the business date at whose end it stood so.
    """

    date: CalendarDate | None = None
    buckets: dict[str, Bucket] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None


class StaffKey(Document, kw_only=True):
    """A key for decisions; the public half as base64 of its 32 bytes."""

    key_id: Key
    public_key: str
    enrolled_at: Instant
    revoked_at: Instant | None = None


class StaffDocument(Document, kw_only=True):
    """A staff member as the ledger knows them; passwords are elsewhere."""

    staff_id: Key
    username: Key
    display_name: str
    email: str | None = None
    roles: list[str] = []
    limits: dict[str, Money] = {}
    person_id: Key | None = None
    acts_for: list[str] = []
    keys: list[StaffKey] = []
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
    position: int = 0
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


class ArchiveRetentionDocument(Document, kw_only=True):
    """What the archive's retention took, `_id` is `archive`: so many events from outside.

    `until` is the place of the last of them in the archive, `last_received_at` when it came.
    """

    dropped: int
    until: bytes
    last_received_at: Instant


class DeadLetterDocument(Document, kw_only=True):
    """What could not be applied; `_id` is its place among the dead letters.

    `sealed` has all its fields under the key of `customer_id` (empty: the general key),
    which lies outside this database; `error` quotes figures and dates alone. `tokens` are
    keyed hashes of the references inside (`proto.search_tokens`). `status` is open,
    replayed (its entry was published again) or resolved. `moved_by` is the reader that gave
    it up (empty: the projector), after so many `deliveries` (0: not told). Of an entry that
    was too large to be kept whole `sealed` has the beginning, `whole_bytes` and
    `whole_sha256` tell of all of it.
    """

    letter_id: Key
    status: str = "open"
    stream: str
    entry_id: str
    event_type: str = ""
    sender: str = ""
    error_kind: str
    error: str
    moved_at: Instant
    moved_by: str = ""
    deliveries: int = 0
    replayed_at: Instant | None = None
    resolved_at: Instant | None = None
    customer_id: Key
    sealed: bytes
    tokens: list[bytes] = []
    whole_bytes: int = 0
    whole_sha256: str = ""


class LetterStepDocument(Document, kw_only=True):
    """What somebody did about a dead letter; `_id` is the event that recorded it.

    `kind` is opened, replay, resolved, correction_asked or corrected. The first three name
    the letter; all but the first two the message that it is of (`entry_id` of the letter),
    which is empty where the letter that was closed was none of the inbox. `reader_key`
    is the public key for which the projector seals the answer to an opening; `reason_code`
    says why a letter was closed that nothing was posted for.
    """

    event_id: Key
    kind: str
    letter_id: Key | None = None
    message_id: Key | None = None
    reader_key: str = ""
    reason_code: str | None = None
    request_id: Key | None = None
    transaction_id: Key | None = None
    loan_account_id: Key | None = None
    by: Key
    at: Instant
    created_at: Instant | None = None
    updated_at: Instant | None = None


class LetterAnswerDocument(Document, kw_only=True):
    """What became of a step; `_id` is the step's. It was done when this stands here.

    `sealed` is an opened letter's entry, for the reader's key alone; it goes after a few
    minutes. `state` is sealed, taken_away, erased (nobody can read it any more), replayed,
    known (it was published again before), not_whole (only its beginning was kept, so that it
    cannot be published) or resolved; of a rebuild that was asked for, taken.
    """

    state: str
    at: Instant
    sealed: bytes = b""


class FenceDocument(Document, kw_only=True):
    """Closed for a moment by a rebuild that swaps; `beat` moves while its holder lives.

    The one called `rebuilding` is held from a rebuild's beginning to its end.
    """

    holder: str
    token: str
    beat: int = 0


class RebuildDocument(Document, kw_only=True):
    """How a rebuild went, or goes; `_id` is when it began.

    `state` is replaying, comparing, swapping, done or failed (`sentence` says why).
    `differing` are documents that were not what the events make them, `erased` events
    whose customer's key was destroyed, `unreadable` those that cannot be read any more.
    """

    state: str
    started_at: Instant
    at: Instant
    collections: list[str]
    events: int = 0
    events_total: int = 0
    seconds_left: float | None = None
    compared: int = 0
    differing: int = 0
    erased: int = 0
    unreadable: int = 0
    sentence: str = ""


class MatchScoreDocument(Document, kw_only=True):
    """How many of the ledger's accounts the mirror shows as they are.

    `_id` is `sampled`, the accounts checked last, or `portfolio`, all of them on demand.
    `missing` are accounts that the mirror lacks, `external` those of no ledger of ours,
    which are outside the score.
    """

    started_at: Instant
    at: Instant
    checked: int = 0
    matched: int = 0
    missing: int = 0
    external: int = 0
    total: int = 0
    score: float | None = None
    is_done: bool = False


class MismatchDocument(Document, kw_only=True):
    """A field of an account that is not what the ledger's events make it.

    `_id` is `account:field`. The since fields name the first event after which they
    differ; `healed_at` is when both were seen to agree again.
    """

    loan_account_id: Key
    field: str
    mirror_value: str
    ledger_value: str
    ver: int
    since_version: int
    since_event_id: str
    since_event_type: str
    found_at: Instant | None = None
    seen_at: Instant
    healed_at: Instant | None = None


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
    applied; `backlog` the entries still to read; `waiting_since` when the oldest of them came, or
    of those in hand, and nothing where nothing waits. `inbox_lost_at` is when the inbox was found
    emptied, or without its newest entries (they ended at `inbox_last_id`): what was published
    there and not read before is lost. `decisions_waiting` are the
    write-off requests that other systems decided and never told of.
    `inbox_lost_from` is when the last entry came that was read before, `inbox_lost_count` how
    many at least were there unread. `stopped_sources` are senders of the inbox that sent a
    flood of poison and are not taken in. The batch fields are of the batch written last.
    `inbox_held` counts the inbox's entries that were put aside, or wait for another try.
    Of several projectors the one with the lease writes it; what `inbox_lost_*` tells, whoever
    saw it, and it stays until more is lost.
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
    waiting_since: Instant | None = None
    applied: int = 0
    duplicates: int = 0
    parked: int = 0
    unknown: int = 0
    dead_lettered: int = 0
    decisions_waiting: int = 0
    inbox_lost_at: Instant | None = None
    inbox_lost_from: Instant | None = None
    inbox_lost_count: int | None = None
    inbox_last_id: str = ""
    inbox_held: int = 0
    match_score: float | None = None
    stopped_sources: list[str] = []
    batch_at: Instant | None = None
    batch_entries: int = 0
    batch_seconds: float = 0.0


class LockDocument(Document, kw_only=True):
    """A counter that two transactions on one customer's links both touch."""

    n: int


# ------------------------------------------------------------------ the desk's own


class CredentialDocument(Document, kw_only=True):
    """How a staff member signs in; `_id` is the staff id. Written only by the desk.

    With `start_until` it is a start password: until then it lets its owner choose one of
    their own, and nothing else. `set_by` is the administrator who gave it.
    """

    username: Key
    password_hash: str
    start_until: Instant | None = None
    set_by: Key | None = None
    set_at: Instant | None = None
    failures: int = 0
    locked_until: Instant | None = None
    updated_at: Instant | None = None


class SigningKeyDocument(Document, kw_only=True):
    """An approver's key, sealed with their passphrase; `_id` is the key's id.

    `public_key`, `proof`, `salt` and `sealed` are base64; `sealed` is a nonce and the
    AES-GCM ciphertext of the 32 private bytes. Without `enrolled_at` it signs nothing.
    """

    staff_id: Key
    public_key: str
    proof: str
    salt: str
    work_factor: int
    sealed: str
    failures: int = 0
    tried_at: Instant | None = None
    locked_until: Instant | None = None
    created_at: Instant | None = None
    enrolled_at: Instant | None = None


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


class ReadMarkDocument(Document, kw_only=True):
    """Somebody has read a notice; `_id` is the staff id and the notice's name."""

    staff_id: Key
    notice: str
    read_at: Instant


class RecentCustomersDocument(Document, kw_only=True):
    """Whom a staff member opened last, the newest first; `_id` is the staff id."""

    staff_id: Key
    customer_ids: list[Key] = []
    updated_at: Instant


# ------------------------------------------------------------------ collections


class Index(Struct, frozen=True):
    """An index: fields with their direction, and MongoDB's options."""

    fields: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Give MongoDB's options, the same for whoever makes the index."""
        told: dict[str, Any] = {"unique": True} if self.unique else {}
        if self.partial is not None:
            told["partialFilterExpression"] = dict(self.partial)
        return told


class Collection(Struct, frozen=True):
    """A collection: its name, who may write it, what is in it, how it is found."""

    name: str
    writer: Literal["projector", "dashboard"]
    document: type[Document]
    indexes: tuple[Index, ...] = ()
    clustered: bool = False


def _by(*fields: str, partial: Mapping[str, Any] | None = None) -> Index:
    """Build an index; a leading minus is descending."""
    named = tuple((name.lstrip("-"), -1 if name.startswith("-") else 1) for name in fields)
    return Index(named, partial=partial)


def _where_there(*fields: str) -> Index:
    """Build an index of those documents that have the first field: it costs others nothing."""
    return _by(*fields, partial={fields[0].lstrip("-"): {"$exists": True}})


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
        _by("staffFlag", partial={"staffFlag": True}),
    ),
)
LOAN_ACCOUNTS: Final = Collection(
    "loan-accounts",
    "projector",
    LoanAccountDocument,
    (
        _by("customerIdString"),
        _by("accountNumber"),
        _by("applicationNumber"),
        _by("aging.bucket", "loanAccountId"),
    ),
)
TRANSACTIONS: Final = Collection(
    "transactions",
    "projector",
    TransactionDocument,
    (
        _by("loanAccountId", "-transactionDate", "-position"),
        _by("loanAccountId", "type", "-transactionDate", "-position"),
        _by("paymentReference"),
        _by("type", "-createdAt", "-position"),
        _where_there("requestId"),
    ),
)
AUDIT_EVENTS: Final = Collection(
    "audit-events",
    "projector",
    AuditEventDocument,
    (
        _by("-position"),
        _by("-recordedAt", "-position"),
        _by("eventType", "-recordedAt", "-position"),
        _by("actor", "-recordedAt", "-position"),
        _by("actor", "-position"),
        _by("loanAccountId", "-recordedAt", "-position"),
        _where_there("customerId", "-recordedAt", "-position"),
        _where_there("-amount", "-position"),
        _by("eventType", "-amount", "-position", partial={"amount": {"$exists": True}}),
        _where_there("approvedBy", "-recordedAt", "-position"),
        _where_there("reasonCode", "-recordedAt", "-position"),
        _where_there("reviewStatus", "-recordedAt", "-position"),
        _where_there("requestId", "-position"),
        _by("transactionId"),
    ),
)
CONVERSATIONS: Final = Collection(
    "conversations",
    "projector",
    ConversationDocument,
    (
        _by("customerIdString", "-lastUtteranceTime"),
        _by("status", "-lastUtteranceTime"),
        _where_there("applicationNumber"),
    ),
)
APPLICATIONS: Final = Collection(
    "applications", "projector", ApplicationDocument, (_where_there("conversationId"),)
)
NOTIFICATIONS: Final = Collection(
    "notifications",
    "projector",
    NotificationDocument,
    (_by("customerId", "-eventAt"), _by("status", "-eventAt")),
)
APPROVALS: Final = Collection(
    "approvals",
    "projector",
    ApprovalDocument,
    (
        _by("status", "-requestedAt"),
        _by("status", "-amount"),
        _by("kind", "requestedAt", "_id"),
        _by("requestedAt", "_id"),
        _by("amount", "_id"),
        _by("requestedByName", "requestedBy", "requestedAt", "_id"),
        _by("requestedBy", "-requestedAt"),
        _by("loanAccountId", "-requestedAt"),
        _where_there("decidedBy", "-requestedAt"),
        _where_there("transactionId"),
    ),
)
WRITE_OFF_REQUESTS: Final = Collection(
    "write-off-requests",
    "projector",
    WriteOffRequestDocument,
    (
        _by("status", "-requestedAt"),
        _by("loanAccountId", "-requestedAt"),
        _by("requestNumber"),
    ),
)
WAITING_DECISIONS: Final = Collection(
    "waiting-decisions", "projector", WaitingDecisionsDocument, (_by("since"),)
)
STAFF_NOTIFICATIONS: Final = Collection(
    "staff-notifications",
    "projector",
    StaffNotificationDocument,
    (_where_there("role", "isOpen", "-at"), _where_there("staffId", "-at")),
)
NOTES: Final = Collection(
    "notes",
    "projector",
    NoteDocument,
    (_by("customerId", "-addedAt"), _where_there("loanAccountId", "-addedAt")),
)
REVIEWS: Final = Collection(
    "reviews",
    "projector",
    ReviewDocument,
    (_by("reviewedBy", "-reviewedAt"), _by("waits", partial={"waits": True})),
)
DAY_TOTALS: Final = Collection("day-totals", "projector", DayTotalDocument, (_by("date"),))
MONTH_TOTALS: Final = Collection("month-totals", "projector", MonthTotalDocument, (_by("month"),))
STAFF_DAYS: Final = Collection(
    "staff-days", "projector", StaffDayDocument, (_by("staffId", "-date"), _by("-date"))
)
STAFF_MONTHS: Final = Collection("staff-months", "projector", StaffMonthDocument, (_by("-month"),))
PORTFOLIO: Final = Collection("portfolio", "projector", PortfolioDocument)
LEDGER_SUBJECTS: Final = Collection("ledger-subjects", "projector", LedgerSubjectDocument)
STAFF: Final = Collection(
    "staff", "projector", StaffDocument, (_by("username"), _by("displayName", "staffId"))
)
MARKS: Final = Collection("marks", "projector", MarkDocument, clustered=True)
PARKED_EVENTS: Final = Collection(
    "parked-events", "projector", ParkedEventDocument, (_by("subjectId", "ver"),)
)
ARCHIVE: Final = Collection("archive", "projector", ArchivedEventDocument, clustered=True)
ARCHIVE_RETENTION: Final = Collection("archive-retention", "projector", ArchiveRetentionDocument)
UNKNOWN_EVENTS: Final = Collection("unknown-events", "projector", UnknownEventDocument)
MATCH_SCORES: Final = Collection("match-scores", "projector", MatchScoreDocument)
MISMATCHES: Final = Collection(
    "mismatches", "projector", MismatchDocument, (_by("loanAccountId"), _by("healedAt", "-seenAt"))
)
DEAD_LETTERS: Final = Collection(
    "dead-letters",
    "projector",
    DeadLetterDocument,
    (
        _by("tokens", "-movedAt", "-letterId"),
        _by("status", "-movedAt", "-letterId"),
        _by("errorKind", "-movedAt", "-letterId"),
        _by("-movedAt", "-letterId"),
        _by("entryId"),
    ),
)
LETTER_STEPS: Final = Collection(
    "letter-steps",
    "projector",
    LetterStepDocument,
    (_by("kind", "at"), _where_there("letterId", "at"), _where_there("messageId", "at")),
)
LETTER_ANSWERS: Final = Collection(
    "letter-answers",
    "projector",
    LetterAnswerDocument,
    (_by("at", partial={"state": "sealed"}),),
)
FENCES: Final = Collection("fences", "projector", FenceDocument)
REBUILDS: Final = Collection("rebuilds", "projector", RebuildDocument)
HEARTBEATS: Final = Collection("heartbeats", "projector", HeartbeatDocument)
LOCKS: Final = Collection("locks", "projector", LockDocument)
CREDENTIALS: Final = Collection("desk-credentials", "dashboard", CredentialDocument)
SIGNING_KEYS: Final = Collection(
    "desk-signing-keys", "dashboard", SigningKeyDocument, (_by("staffId", "-enrolledAt"),)
)
READ_MARKS: Final = Collection(
    "desk-read-marks", "dashboard", ReadMarkDocument, (_by("staffId", "-readAt"),)
)
OPERATIONS: Final = Collection(
    "desk-operations",
    "dashboard",
    OperationDocument,
    (_by("staffId", "state", "-createdAt"), _by("loanAccountId", "-createdAt")),
)
RECENT_CUSTOMERS: Final = Collection("desk-recent-customers", "dashboard", RecentCustomersDocument)

COLLECTIONS: Final = (
    CUSTOMERS,
    LOAN_ACCOUNTS,
    TRANSACTIONS,
    AUDIT_EVENTS,
    CONVERSATIONS,
    APPLICATIONS,
    NOTIFICATIONS,
    APPROVALS,
    WRITE_OFF_REQUESTS,
    WAITING_DECISIONS,
    STAFF_NOTIFICATIONS,
    NOTES,
    REVIEWS,
    LEDGER_SUBJECTS,
    DAY_TOTALS,
    MONTH_TOTALS,
    STAFF_DAYS,
    STAFF_MONTHS,
    PORTFOLIO,
    STAFF,
    MARKS,
    PARKED_EVENTS,
    ARCHIVE,
    ARCHIVE_RETENTION,
    UNKNOWN_EVENTS,
    MATCH_SCORES,
    MISMATCHES,
    DEAD_LETTERS,
    LETTER_STEPS,
    LETTER_ANSWERS,
    FENCES,
    REBUILDS,
    HEARTBEATS,
    LOCKS,
    CREDENTIALS,
    SIGNING_KEYS,
    READ_MARKS,
    OPERATIONS,
    RECENT_CUSTOMERS,
)
"""Every collection there is."""
