"""Outcomes about notes, reviews, dead letters and the read models to answers."""

from collections.abc import Callable
from typing import Final, cast

from google.protobuf.message import Message

from ledger.decision import Outcome
from ledger.domain.letter import LetterLog
from ledger.domain.note import Note
from proto import servicing_pb2 as servicing_pb


def note(outcome: Outcome) -> servicing_pb.NoteResponse:
    """Answer a command on a note."""
    kept = cast("Note", outcome.after)
    return servicing_pb.NoteResponse(
        note_id=kept.note_id,
        event_id=outcome.recorded[-1].event_id,
        note_version=kept.version,
    )


def review(outcome: Outcome) -> servicing_pb.ReviewResponse:
    """Answer a mark; its subject is the history of all marks on the event."""
    return servicing_pb.ReviewResponse(
        review_id=outcome.subject_id, event_id=outcome.recorded[-1].event_id
    )


def letter(outcome: Outcome) -> servicing_pb.LetterResponse:
    """Answer what was asked of a dead letter."""
    return servicing_pb.LetterResponse(
        letter_id=cast("LetterLog", outcome.after).letter_id,
        event_id=outcome.recorded[-1].event_id,
    )


def rebuild(outcome: Outcome) -> servicing_pb.AskRebuildResponse:
    """Answer who asked for a rebuild."""
    return servicing_pb.AskRebuildResponse(event_id=outcome.recorded[-1].event_id)


ANSWERS: Final[dict[type[Message], Callable[[Outcome], Message]]] = {
    servicing_pb.AddNoteRequest: note,
    servicing_pb.AmendNoteRequest: note,
    servicing_pb.MarkVerifiedRequest: review,
    servicing_pb.QueryItemRequest: review,
    servicing_pb.OpenLetterRequest: letter,
    servicing_pb.ReplayLetterRequest: letter,
    servicing_pb.ResolveLetterRequest: letter,
    servicing_pb.AskRebuildRequest: rebuild,
}
"""Request to the function that answers it."""
