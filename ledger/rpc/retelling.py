"""Kept answers, told anew from the journal: a repeated call gets what the books say.

Answers stand under no hash. Those about staff, requests, notes, marks and dead letters follow
whole from one subject's history; of a transaction's the figures are held against its event.
"""

from collections.abc import Callable
from typing import Final

from google.protobuf.message import DecodeError, Message

from ledger import told
from ledger.decision import Outcome, Recorded
from ledger.domain.history import as_posting
from ledger.domain.rights import Permissions
from ledger.journal import Entry, Journal
from ledger.own_keys import mark_of
from ledger.rpc import answers, approval_answers, desk_answers
from ledger.states import entry_of, event_of, fold, past_of
from proto import servicing_pb2 as pb
from proto import subjects
from proto.accounting_ledger_pb2 import TransactionResponse
from proto.values import Instant, Key

_KINDS: Final[dict[str, tuple[type[Message], Callable[[Outcome], Message]]]] = {
    subjects.STAFF: (pb.StaffResponse, answers.staff),
    subjects.REQUEST: (pb.ApprovalResponse, approval_answers.approval),
    subjects.NOTE: (pb.NoteResponse, desk_answers.note),
    subjects.REVIEW: (pb.ReviewResponse, desk_answers.review),
    subjects.LETTER: (pb.LetterResponse, desk_answers.letter),
    subjects.REBUILD: (pb.AskRebuildResponse, desk_answers.rebuild),
    subjects.READ_ONLY: (pb.HealthResponse, answers.read_only),
}
"""How a subject's id begins, to the answer about it and the function that tells it."""


def is_told_anew(subject_id: str) -> bool:
    """Tell whether an answer about a subject follows whole from its history."""
    return _kind_of(subject_id) is not None


def is_as_kept(journal: Journal, entry: Entry, response: bytes) -> bool:
    """Tell whether a kept answer says what its command's last entry does.

    True also of what is not told anew: the answers about loans, and the ledger's own.
    """
    kind = _kind_of(entry.subject_id)
    if kind is None:
        return True
    try:
        kept = kind[0].FromString(response)
    except DecodeError:
        return False
    return _is_part_of(kept, kind[1](_outcome(journal, entry)))


def is_right(journal: Journal, kept: Message, key: str) -> bool:
    """Tell whether an answer that is to be repeated says what the event does that it names.

    An event that moved money bears the key under which it did; older ones bear none.
    """
    if isinstance(kept, TransactionResponse):
        return _tells_its_event(journal, kept, key)
    if isinstance(kept, pb.ApprovalResponse) and kept.HasField("effect"):
        return _tells_its_event(journal, kept.effect, key)
    event_id = getattr(kept, "event_id", "")
    entry = entry_of(journal, event_id) if event_id else None
    kind = None if entry is None else _kind_of(entry.subject_id)
    if entry is None or kind is None:
        return all(type(kept) is not each for each, _ in _KINDS.values())
    return type(kept) is kind[0] and _is_part_of(kept, kind[1](_outcome(journal, entry)))


def _tells_its_event(journal: Journal, kept: TransactionResponse, key: str) -> bool:
    past = past_of(journal, kept.event_id)
    posting = None if past is None else as_posting(past.event)
    if posting is None or posting.key_mark not in ("", mark_of(key)):
        return False
    return told.of_answer(kept) == told.of_event(kept.event_id, posting)


def _kind_of(subject_id: str) -> tuple[type[Message], Callable[[Outcome], Message]] | None:
    return next((kind for start, kind in _KINDS.items() if subject_id.startswith(start)), None)


def _outcome(journal: Journal, entry: Entry) -> Outcome:
    """Fold a subject up to an entry, as its command left it."""
    history = journal.read_subject(entry.subject_id, 0, entry.version)
    after = fold(None, history)
    if after is None:
        raise ValueError(f"{entry.event_id} has no history")
    return Outcome(
        subject_id=Key(entry.subject_id),
        before=None,
        after=after,
        recorded=(Recorded(event_of(entry), entry.version, entry.event_id),),
        at=Instant.parse(entry.recorded_at),
        permissions=Permissions(entry.actor, ()),
    )


def _is_part_of(kept: Message, anew: Message) -> bool:
    """Tell whether nothing in an answer differs; one of an older version may tell less."""
    return all(value == getattr(anew, field.name) for field, value in kept.ListFields())
