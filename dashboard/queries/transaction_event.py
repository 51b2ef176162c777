"""One transaction with the event that posted it: who, why, when, and its place in the chain."""

from dashboard.queries.declared import QUERY_MILLISECONDS_MAX, DeskDatabase, View, fields_of
from dashboard.queries.rights import require_reader, sees_persons
from proto import documents
from proto.codec import from_mongo
from proto.values import CalendarDate, Code, Instant, Key, Money


class TransactionEvent(View, kw_only=True, frozen=True, rename="camel"):
    """A transaction's event without what somebody wrote about it: all that an analyst sees."""

    transaction_id: Key
    loan_account_id: Key
    type: Code
    transaction_date: Instant
    effective_date: CalendarDate
    amount: Money
    principal_delta: Money
    interest_delta: Money
    fee_delta: Money
    overpayment_delta: Money
    total_after: Money
    reason_code: str | None = None
    approved_by: str | None = None
    requested_by: str | None = None
    request_id: str | None = None
    target_transaction_id: str | None = None
    original_transaction_id: str | None = None
    reversed_by: str | None = None
    corrected_by: str | None = None
    created_by: Key
    event_id: Key
    position: int


class TransactionEventInFull(TransactionEvent, kw_only=True, frozen=True, rename="camel"):
    """The same with its references."""

    payment_reference: str | None = None
    payment_id: str | None = None
    payment_method: str | None = None
    reference_type: str | None = None
    reference_id: str | None = None
    bank_reference: str | None = None

    @property
    def message_id(self) -> str:
        """The message that never was posted and that this corrects; empty for any other."""
        return (self.reference_id or "") if self.reference_type == "MESSAGE" else ""


class ChainPlace(View, kw_only=True, frozen=True, rename="camel"):
    """Where an event stands in the ledger's chain."""

    event_id: Key
    event_type: str
    recorded_at: Instant
    position: int
    hash: str
    prev: str


def transaction_event(
    database: DeskDatabase, roles: frozenset[str], loan_account_id: str, transaction_id: str
) -> TransactionEvent | None:
    """Find a transaction of an account. Raises NotAllowed."""
    require_reader(roles)
    view = TransactionEventInFull if sees_persons(roles) else TransactionEvent
    stored = database[documents.TRANSACTIONS.name].find_one(
        {"_id": transaction_id, "loanAccountId": loan_account_id},
        fields_of(view),
        max_time_ms=QUERY_MILLISECONDS_MAX,
    )
    return None if stored is None else from_mongo(view, stored)


def chain_place(database: DeskDatabase, roles: frozenset[str], event_id: str) -> ChainPlace | None:
    """Find where an event stands; None for one that did not come from our ledger."""
    require_reader(roles)
    stored = database[documents.AUDIT_EVENTS.name].find_one(
        {"_id": event_id}, fields_of(ChainPlace), max_time_ms=QUERY_MILLISECONDS_MAX
    )
    return None if stored is None else from_mongo(ChainPlace, stored)
