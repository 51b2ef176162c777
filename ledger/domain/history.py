"""The fold of any subject's history: a loan account, a staff member, a request, the days."""

from typing import cast, get_args

from ledger.domain import day_log, loan, reading, request, staff, switch
from ledger.domain.day_log import DayLog
from ledger.domain.loan import Loan
from ledger.domain.reading import ReadingLog
from ledger.domain.request import Request
from ledger.domain.staff import Staff
from ledger.domain.switch import Switch
from proto.events import (
    AccountEvent,
    DayEnded,
    Event,
    LedgerEvent,
    PostingEvent,
    ReadOnlySet,
    RequestEvent,
    StaffEvent,
    TextRevealed,
)
from proto.values import Instant

State = Loan | Staff | Request | ReadingLog | Switch | DayLog

_STAFF_EVENTS = get_args(StaffEvent)
_REQUEST_EVENTS = get_args(RequestEvent)
_POSTINGS = get_args(PostingEvent)


def evolve(state: State | None, event: LedgerEvent, version: int, at: Instant) -> State:
    """Apply one event to the subject that it belongs to."""
    if isinstance(event, _STAFF_EVENTS):
        return staff.evolve(cast("Staff | None", state), cast("StaffEvent", event), version, at)
    if isinstance(event, _REQUEST_EVENTS):
        return request.evolve(
            cast("Request | None", state), cast("RequestEvent", event), version, at
        )
    if isinstance(event, TextRevealed):
        return reading.evolve(cast("ReadingLog | None", state), event, version, at)
    if isinstance(event, ReadOnlySet):
        return switch.evolve(cast("Switch | None", state), event, version, at)
    if isinstance(event, DayEnded):
        return day_log.evolve(cast("DayLog | None", state), event, version, at)
    account_event = cast("AccountEvent | PostingEvent", event)
    return loan.evolve(cast("Loan | None", state), account_event, version, at)


def as_posting(event: Event) -> PostingEvent | None:
    """Give the event when it moves money, else nothing."""
    return cast("PostingEvent", event) if isinstance(event, _POSTINGS) else None
