"""Requests about notes and reviews to commands: every field checked, in order."""

import re
import uuid
from typing import Final

from ledger.commands.add_note import AddNote
from ledger.commands.amend_note import AmendNote
from ledger.commands.mark_verified import MarkVerified
from ledger.commands.query_item import QueryItem
from ledger.rpc import fields
from proto import servicing_pb2 as pb
from proto.values import Key

_EVENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,140}:[1-9][0-9]{0,17}", re.ASCII)


def add_note(request: pb.AddNoteRequest) -> AddNote:
    """Read AddNote; a retry with the same key gets the first answer, and with it the first id."""
    fields.free_text("text", request.text, required=True)
    return AddNote(
        note_id=Key(uuid.uuid4().hex),
        customer_id=fields.identifier("customer_id", request.customer_id),
        loan_account_id=fields.identifier(
            "loan_account_id", request.loan_account_id, required=False
        ),
        texts=fields.texts(text=request.text),
    )


def amend_note(request: pb.AmendNoteRequest) -> AmendNote:
    """Read AmendNote."""
    fields.free_text("text", request.text, required=True)
    return AmendNote(
        note_id=fields.identifier("note_id", request.note_id),
        texts=fields.texts(text=request.text),
        expected_version=fields.expected_version(request.expected_version),
    )


def mark_verified(request: pb.MarkVerifiedRequest) -> MarkVerified:
    """Read MarkVerified."""
    return MarkVerified(event_id=_event_id(request.event_id), texts=fields.texts(note=request.note))


def query_item(request: pb.QueryItemRequest) -> QueryItem:
    """Read QueryItem; a question without words is none."""
    event_id = _event_id(request.event_id)
    fields.free_text("note", request.note, required=True)
    return QueryItem(event_id=event_id, texts=fields.texts(note=request.note))


def _event_id(value: str) -> Key:
    if _EVENT_ID.fullmatch(value) is None:
        raise fields.invalid("event_id", "must be an event's id, for example LA-1:7.")
    return Key(value)
