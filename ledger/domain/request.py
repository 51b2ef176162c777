"""A request that somebody else decides: the fold of its events."""

from typing import Final, assert_never

import msgspec
from msgspec import Struct

from ledger.domain.money import ZERO
from proto import subjects
from proto.events import (
    ApprovalApproved,
    ApprovalCancelled,
    ApprovalExpired,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalResubmitted,
    ApprovalReturned,
    RequestEvent,
)
from proto.values import Code, Instant, Key, Money

SUBJECT_PREFIX: Final = subjects.REQUEST

PENDING: Final = "pending"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
RETURNED: Final = "returned"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"

OPEN: Final = frozenset({PENDING, RETURNED})
"""Every other status is final."""


class Request(Struct, frozen=True, kw_only=True):
    """A request as the events up to `version` say."""

    request_id: Key
    version: int
    number: str
    kind: Code
    status: str
    loan_account_id: Key
    customer_id: Key
    amount: Money
    priority: Code
    requested_by: Key
    requested_at: Instant
    asked_at: tuple[Instant, ...]
    """When it was made, and each time that it was resubmitted."""
    command: str
    """The canonical body of what will be executed, byte for byte."""
    command_hash: str
    account_version: int
    snapshot: str
    """The account as the requester saw it."""
    expires_at: Instant
    structuring: bool
    related_request_ids: tuple[Key, ...]
    updated_at: Instant
    decided_by: Key = Key("")

    @property
    def is_open(self) -> bool:
        """Whether it may still become something else."""
        return self.status in OPEN


def subject_of(request_id: str) -> Key:
    """Name the history of a request."""
    return Key(f"{SUBJECT_PREFIX}{request_id}")


def evolve(  # noqa: PLR0911 - one line an event
    request: Request | None, event: RequestEvent, version: int, at: Instant
) -> Request:
    """Apply one event of the request, the `version`th, recorded at an instant."""
    if isinstance(event, ApprovalRequested):
        return _requested(event, version, at)
    if request is None:
        raise ValueError(f"{event.type} before {ApprovalRequested.type}")
    request = msgspec.structs.replace(request, version=version, updated_at=at)
    match event:
        case ApprovalApproved():
            return msgspec.structs.replace(request, status=APPROVED, decided_by=event.approved_by)
        case ApprovalRejected():
            return msgspec.structs.replace(request, status=REJECTED, decided_by=event.rejected_by)
        case ApprovalReturned():
            return msgspec.structs.replace(request, status=RETURNED)
        case ApprovalResubmitted():
            return _resubmitted(request, event, at)
        case ApprovalCancelled():
            return msgspec.structs.replace(request, status=CANCELLED, decided_by=event.cancelled_by)
        case ApprovalExpired():
            return msgspec.structs.replace(request, status=EXPIRED)
        case _:
            assert_never(event)


def _resubmitted(request: Request, event: ApprovalResubmitted, at: Instant) -> Request:
    is_told = event.structuring is not None
    related = event.related_request_ids if is_told else request.related_request_ids
    return msgspec.structs.replace(
        request,
        status=PENDING,
        asked_at=(*request.asked_at, at),
        account_version=event.account_version,
        snapshot=event.snapshot,
        expires_at=event.expires_at or request.expires_at,
        structuring=bool(event.structuring) if is_told else request.structuring,
        related_request_ids=related,
    )


def _requested(event: ApprovalRequested, version: int, at: Instant) -> Request:
    return Request(
        request_id=event.request_id,
        version=version,
        number=event.request_number,
        kind=event.kind,
        status=PENDING,
        loan_account_id=event.loan_account_id,
        customer_id=event.customer_id,
        amount=event.amount or ZERO,
        priority=event.priority,
        requested_by=event.requested_by,
        requested_at=at,
        asked_at=(at,),
        command=event.command,
        command_hash=event.command_hash,
        account_version=event.account_version,
        snapshot=event.snapshot,
        expires_at=event.expires_at or at,
        structuring=event.structuring,
        related_request_ids=event.related_request_ids,
        updated_at=at,
    )
