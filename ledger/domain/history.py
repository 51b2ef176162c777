"""The fold of any subject: an account, staff, a request, a note, a review, the days."""

from collections.abc import Callable
from typing import Any, Final, cast, get_args

from ledger.domain import (
    day_log,
    letter,
    loan,
    note,
    reading,
    rebuild_log,
    request,
    review,
    staff,
    switch,
)
from ledger.domain.day_log import DayLog
from ledger.domain.letter import LetterLog
from ledger.domain.loan import Loan
from ledger.domain.note import Note
from ledger.domain.reading import ReadingLog
from ledger.domain.rebuild_log import RebuildLog
from ledger.domain.request import Request
from ledger.domain.review import Review
from ledger.domain.staff import Staff
from ledger.domain.switch import Switch
from proto.events import (
    EVENTS,
    AccountEvent,
    DayEnded,
    Event,
    ItemReviewed,
    LedgerEvent,
    LetterEvent,
    NoteEvent,
    PostingEvent,
    ReadOnlySet,
    RebuildAsked,
    RequestEvent,
    StaffEvent,
    TextRevealed,
)
from proto.values import Instant

State = (
    Loan | Staff | Request | Note | Review | ReadingLog | LetterLog | RebuildLog | Switch | DayLog
)

_POSTINGS: Final = frozenset(get_args(PostingEvent))

_FOLDS: Final[tuple[tuple[tuple[type[Event], ...], Callable[..., Any]], ...]] = (
    ((*_POSTINGS, *get_args(AccountEvent)), loan.evolve),
    (get_args(RequestEvent), request.evolve),
    (get_args(StaffEvent), staff.evolve),
    ((NoteEvent,), note.evolve),
    ((ItemReviewed,), review.evolve),
    ((TextRevealed,), reading.evolve),
    ((LetterEvent,), letter.evolve),
    ((RebuildAsked,), rebuild_log.evolve),
    ((ReadOnlySet,), switch.evolve),
    ((DayEnded,), day_log.evolve),
)
"""Events to the fold of the subject that they belong to."""

# By exact type, and so with the subclasses too: a write-off's request is a request.
FOLD_OF: Final = {
    event: fold for event in EVENTS.values() for events, fold in _FOLDS if issubclass(event, events)
}


def evolve(state: State | None, event: LedgerEvent, version: int, at: Instant) -> State:
    """Apply one event to the subject that it belongs to."""
    fold = FOLD_OF.get(type(event))
    if fold is None:
        raise ValueError(f"{event.type} belongs to no subject")
    return cast("State", fold(state, event, version, at))


def as_posting(event: Event) -> PostingEvent | None:
    """Give the event when it moves money, else nothing."""
    return cast("PostingEvent", event) if type(event) in _POSTINGS else None
