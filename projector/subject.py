"""Whose history an event of our ledger continues, and where its version is kept. Pure."""

from typing import Final, assert_never, get_args

from projector.happening import (
    ACCOUNTS,
    APPROVALS,
    LEDGER_SUBJECTS,
    NOTES,
    REVIEWS,
    STAFF,
    Place,
    Stored,
)
from proto import events, subjects
from proto.codec import Envelope, InvalidBody
from proto.events import EVENTS, Event

COLLECTIONS: Final = {
    subjects.STAFF: STAFF,
    subjects.REQUEST: APPROVALS,
    subjects.NOTE: NOTES,
    subjects.REVIEW: REVIEWS,
}
"""Prefixes of subjects that have a document of their own, whose key is the rest."""

TOLD_BY_OTHERS: Final = (
    events.WriteOffRequested,
    events.WriteOffApproved,
    events.WriteOffRejected,
    events.WriteOffCancelled,
)
"""Requests that other systems take and decide too; all other kinds are our ledger's alone."""

OURS: Final = events.PostingEvent | events.StaffEvent | events.RequestEvent | events.DeskEvent
OURS_ALONE: Final = frozenset(
    kind
    for kind in EVENTS.values()
    if issubclass(kind, OURS) and not issubclass(kind, TOLD_BY_OTHERS)
)
"""A set of types is asked in no time, a union of thirty for each event is not."""

OF_THE_BOOKS: Final = {
    events.RebuildAsked: subjects.REBUILD,
    events.ReadOnlySet: subjects.READ_ONLY,
    events.DayEnded: subjects.END_OF_DAY,
}
"""Events that concern the books as a whole, and their subjects."""

BY_CONVERSATION: Final = events.ConversationEvent | events.RequestEvent
MESSAGE: Final = events.NotificationSent | events.NotificationDeliveryFailed
NAMED_BY: Final = {
    **dict.fromkeys(get_args(events.AccountEvent), "account_id"),
    **{each: "customer_id" for each in EVENTS.values() if issubclass(each, events.CustomerEvent)},
    **dict.fromkeys(get_args(MESSAGE), "notification_id"),
}
"""Type to the field that its document is called by."""


def of(envelope: Envelope) -> str:
    """Give the subject of an entry of our ledger: of a request, the id with its prefix.

    The conversation field carries a request's id bare; the event's own id has the rest.
    """
    named = envelope.identity.removesuffix(f":{envelope.version}")
    conversation = envelope.conversation_id
    return named if subjects.conversation_of(named) == conversation else conversation


def place(subject_id: str) -> Place:
    """Give the document whose `ver` orders the subject's events."""
    for prefix, collection in COLLECTIONS.items():
        if subject_id.startswith(prefix):
            return collection, subject_id.removeprefix(prefix)
    return (ACCOUNTS if subjects.is_account(subject_id) else LEDGER_SUBJECTS), subject_id


def unread(collection: str, key: str, subject_id: str) -> Stored:
    """Begin the document of a subject of which only unread types have told."""
    if collection == ACCOUNTS:
        return {"loanAccountId": key, "source": "ledger", "accountStatus": "unknown"}
    if collection == STAFF:
        return {"staffId": key, "username": "", "displayName": "", "enabled": False}
    names = {APPROVALS: "requestId", NOTES: "noteId", REVIEWS: "eventId"}
    return {names[collection]: key} if collection in names else {"subjectId": subject_id}


def is_ours_alone(event: Event) -> bool:
    """Tell whether nobody but our ledger may tell such an event."""
    return type(event) in OURS_ALONE


def require_name(event: Event, envelope: Envelope) -> None:
    """Refuse what nothing names. Raises InvalidBody.

    It is told here and not in the projections, where it would cost the whole batch.
    """
    if isinstance(event, BY_CONVERSATION) and not envelope.conversation_id:
        raise InvalidBody("no conversation field names what the event is about")
    name = NAMED_BY.get(type(event))
    if name is not None and not getattr(event, name):
        raise InvalidBody(f"{name} is empty")
    if isinstance(event, events.StatementGenerated) and not (
        event.notification_id or event.account_id
    ):
        raise InvalidBody("notification_id and account_id are empty")


def told_by(event: Event, actor: str) -> str:
    """Give the subject that the event's own body names; of a reading, who read."""
    if isinstance(event, events.AccountEvent | events.PostingEvent):
        return str(event.account_id)
    if isinstance(event, events.StaffEvent):
        return f"{subjects.STAFF}{event.staff_id}"
    if isinstance(event, events.RequestEvent):
        return f"{subjects.REQUEST}{event.request_id}"
    return _of_the_desk(event, actor) if isinstance(event, events.DeskEvent) else ""


def _of_the_desk(event: events.DeskEvent, actor: str) -> str:
    match event:
        case events.NoteEvent():
            return f"{subjects.NOTE}{event.note_id}"
        case events.ItemReviewed():
            return f"{subjects.REVIEW}{event.event_id}"
        case events.TextRevealed():
            return f"{subjects.REVEAL}{actor}"
        case events.LetterEvent():
            return f"{subjects.LETTER}{event.letter_id}"
        case events.RebuildAsked() | events.ReadOnlySet() | events.DayEnded():
            return OF_THE_BOOKS[type(event)]
        case _:
            assert_never(event)
