"""What the steps of a request say, for the projections that tell of requests."""

from typing import Final, assert_never

from projector.happening import Happening, Stored
from proto import events
from proto.codec import to_mongo
from proto.events import RequestEvent

FINAL: Final = frozenset({"approved", "rejected", "cancelled", "expired"})
PRIORITIES: Final = frozenset({"normal", "high", "urgent"})
REASONS: Final = frozenset(
    {
        "hardship",
        "bankruptcy",
        "deceased",
        "unable_to_locate",
        "fraud_victim",
        "disputed",
        "aged_debt",
        "other",
    }
)
"""Why a loan is written off; a word that a feed writes otherwise is kept as it was sent."""

WRITE_OFF: Final = "write_off"


def status(event: RequestEvent) -> str:
    """Give the state that a step leads to."""
    match event:
        case events.ApprovalRequested() | events.ApprovalResubmitted():
            return "pending"
        case events.ApprovalApproved():
            return "approved"
        case events.ApprovalRejected():
            return "rejected"
        case events.ApprovalReturned():
            return "returned"
        case events.ApprovalCancelled():
            return "cancelled"
        case events.ApprovalExpired():
            return "expired"
        case _:
            assert_never(event)


def who(  # noqa: PLR0911 - one line a kind of step
    event: RequestEvent,
) -> tuple[str, str]:
    """Give who took the step, and their name; of what nobody did, neither."""
    match event:
        case events.ApprovalRequested():
            return str(event.requested_by), event.requested_by_name
        case events.ApprovalResubmitted():
            return str(event.resubmitted_by), event.resubmitted_by_name
        case events.ApprovalApproved():
            return str(event.approved_by), event.approved_by_name
        case events.ApprovalRejected():
            return str(event.rejected_by), event.rejected_by_name
        case events.ApprovalReturned():
            return str(event.returned_by), event.returned_by_name
        case events.ApprovalCancelled():
            return str(event.cancelled_by), event.cancelled_by_name
        case events.ApprovalExpired():
            return "", ""
        case _:
            assert_never(event)


def asked(event: events.ApprovalRequested) -> Stored:
    """Give what was asked for, by the event alone: its account may come later, or change."""
    reason = event.reason.lower()
    priority = event.priority.lower()
    fields = {
        "loanAccountId": str(event.loan_account_id),
        "customerId": str(event.customer_id),
        "customerName": event.customer_name,
        "accountNumber": str(event.account_number),
        "amount": to_mongo(event.amount),
        "originalBalance": to_mongo(event.original_balance),
        "reason": reason if reason in REASONS else str(event.reason),
        "priority": priority if priority in PRIORITIES else "normal",
        "requestedBy": str(event.requested_by),
        "requestedByName": event.requested_by_name,
    }
    return {name: value for name, value in fields.items() if value is not None}


def event_id(happening: Happening) -> str:
    """Give the name of the event: the ledger's, else the publisher's cause or own id."""
    if happening.ledger is not None:
        return happening.ledger.event_id
    return happening.envelope.fields.get("cause") or happening.envelope.identity
