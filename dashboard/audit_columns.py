"""What the columns of the audit trail must say of an event, told from hash-covered bodies. Pure.

The mirror's own derivation is not asked: whoever changes a column there, or the code that
writes it, is found by what the ledger's event itself says.
"""

from typing import Final

from msgspec import Struct, structs

from dashboard import formats
from proto import codec, subjects
from proto.events import (
    AdjustmentMade,
    ApprovalRequested,
    Event,
    FeeApplied,
    InterestAccrued,
    ItemReviewed,
    LoanDisbursed,
    PostingEvent,
    RequestEvent,
)
from proto.values import Instant, Money

_MILLISECOND: Final = 1_000
_SHOWN_CHARACTERS_MAX: Final = 80

Told = str | int | Money | Instant | None


class Columns(Struct, frozen=True, kw_only=True):
    """What the list repeats of a body, to be searched and filtered by; empty: nothing."""

    loan_account_id: str = ""
    customer_id: str = ""
    transaction_id: str = ""
    transaction_type: str = ""
    amount: Money | None = None
    reason_code: str = ""
    approved_by: str = ""
    requested_by: str = ""
    request_id: str = ""


class Mark(Struct, frozen=True, kw_only=True):
    """What the list repeats of the newest review of an event."""

    review_status: str = ""
    reviewed_by: str = ""
    reviewed_at: Instant | None = None


WORDS: Final = {
    "event_type": "type",
    "subject_id": "subject",
    "ver": "version",
    "recorded_at": "time",
    "actor": "staff member",
    "loan_account_id": "account",
    "customer_id": "customer",
    "transaction_id": "transaction",
    "transaction_type": "transaction type",
    "amount": "amount",
    "reason_code": "reason",
    "approved_by": "approver",
    "requested_by": "requester",
    "request_id": "request",
    "review_status": "review",
    "reviewed_by": "reviewer",
    "reviewed_at": "time of review",
}
"""Each field of the list under the name that a reader knows it by."""


def read(event_type: str, body: str | bytes) -> Event | None:
    """Read a body; None for a type that this version does not know. Raises codec.Poison."""
    return codec.read_event(event_type, body) if codec.is_known(event_type) else None


def columns(subject_id: str, event: Event | None, asked: ApprovalRequested | None) -> Columns:
    """Tell what the list must say of an event; `asked` begins the request that a step is of."""
    account_id = subject_id if subjects.is_account(subject_id) else ""
    if isinstance(event, PostingEvent):
        return Columns(
            loan_account_id=account_id,
            customer_id=event.customer_id,
            transaction_id=event.transaction_id,
            transaction_type=event.transaction_type,
            amount=_amount(event),
            reason_code=event.reason_code,
            approved_by=getattr(event, "approved_by", ""),
            requested_by=event.requested_by,
            request_id=event.request_id,
        )
    if isinstance(event, RequestEvent):
        return _of_request(event, asked or ApprovalRequested())
    return Columns(
        loan_account_id=getattr(event, "account_id", "") or account_id,
        customer_id=getattr(event, "customer_id", ""),
        reason_code=getattr(event, "reason_code", ""),
    )


def _of_request(event: RequestEvent, asked: ApprovalRequested) -> Columns:
    """Tell of each step what the request was about, as it was asked for."""
    return Columns(
        loan_account_id=asked.loan_account_id,
        customer_id=asked.customer_id,
        transaction_id=getattr(event, "transaction_id", ""),
        amount=asked.amount,
        reason_code=getattr(event, "reason_code", "") or asked.reason,
        approved_by=getattr(event, "approved_by", ""),
        requested_by=asked.requested_by,
        request_id=event.request_id,
    )


def _amount(event: PostingEvent) -> Money:
    """Give what was paid, charged, forgiven or moved: never negative."""
    match event:
        case LoanDisbursed():
            return event.principal_delta
        case FeeApplied():
            return event.fee_delta
        case AdjustmentMade() | InterestAccrued():
            return Money(abs(event.total_delta))
        case _:
            return event.amount


def mark(review: ItemReviewed, reviewer: str, recorded_at: str) -> Mark:
    """Tell what the list must say once somebody has reviewed the event."""
    return Mark(review_status=review.outcome, reviewed_by=reviewer, reviewed_at=kept(recorded_at))


def kept(recorded_at: str) -> Instant:
    """Give a time as the mirror keeps it, in milliseconds."""
    exact = Instant.parse(recorded_at)
    return Instant.of(exact.replace(microsecond=exact.microsecond // _MILLISECOND * _MILLISECOND))


def is_shown(shown: Struct, mark: Mark) -> bool:
    """Tell whether the list shows this mark."""
    return not differences(shown, structs.asdict(mark))


def differences(shown: Struct, told: dict[str, Told]) -> list[str]:
    """Say of each field what the list says and what the ledger, where they differ."""
    pairs = ((name, getattr(shown, name), value) for name, value in told.items())
    return [
        f"the list says {WORDS[name]} {_words(here)}, the ledger's event {_words(there)}"
        for name, here, there in pairs
        if (here if here is not None else "") != (there if there is not None else "")
    ]


def _words(value: Told) -> str:
    if isinstance(value, Money):
        return formats.money(value)
    if isinstance(value, Instant):
        return formats.exact(value)
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS_MAX else f"{text[:_SHOWN_CHARACTERS_MAX]}…"
