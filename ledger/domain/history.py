"""The fold of any subject's history: a loan account or a staff member."""

from typing import cast, get_args

from ledger.domain import loan, staff
from ledger.domain.loan import Loan
from ledger.domain.staff import Staff
from proto.events import AccountEvent, Event, LedgerEvent, PostingEvent, StaffEvent
from proto.values import Instant

State = Loan | Staff

_STAFF_EVENTS = get_args(StaffEvent)
_POSTINGS = get_args(PostingEvent)


def evolve(state: State | None, event: LedgerEvent, version: int, at: Instant) -> State:
    """Apply one event to the subject that it belongs to."""
    if isinstance(event, _STAFF_EVENTS):
        return staff.evolve(cast("Staff | None", state), cast("StaffEvent", event), version, at)
    account_event = cast("AccountEvent | PostingEvent", event)
    return loan.evolve(cast("Loan | None", state), account_event, version, at)


def as_posting(event: Event) -> PostingEvent | None:
    """Give the event when it moves money, else nothing."""
    return cast("PostingEvent", event) if isinstance(event, _POSTINGS) else None
