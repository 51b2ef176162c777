"""Requests about the ledger itself, and about dead letters, to commands."""

import base64
import re
from typing import Final

from ledger.commands.ask_rebuild import AskRebuild
from ledger.commands.open_letter import OpenLetter
from ledger.commands.replay_letter import ReplayLetter
from ledger.commands.resolve_letter import ResolveLetter
from ledger.commands.set_read_only import SetReadOnly
from ledger.domain import reasons
from ledger.domain.reasons import check_reason
from ledger.rpc import fields
from proto import servicing_pb2 as pb
from proto.values import Code, Key

READER_KEY_BYTES: Final = 32
_LETTER_ID: Final = re.compile(r"[0-9]{1,20}-[0-9]{1,20}", re.ASCII)


def set_read_only(request: pb.SetReadOnlyRequest) -> SetReadOnly:
    """Read OperationsService.SetReadOnly; the reason is kept with the switch."""
    return SetReadOnly(
        read_only=request.read_only,
        reason=fields.free_text("reason", request.reason, required=True, length_max=200),
    )


def open_letter(request: pb.OpenLetterRequest) -> OpenLetter:
    """Read OperationsService.OpenLetter."""
    letter_id = _letter_id(request.letter_id)
    if len(request.reader_key) != READER_KEY_BYTES:
        raise fields.invalid("reader_key", "must be the 32 bytes of an X25519 public key.")
    return OpenLetter(letter_id=letter_id, reader_key=base64.b64encode(request.reader_key).decode())


def replay_letter(request: pb.ReplayLetterRequest) -> ReplayLetter:
    """Read OperationsService.ReplayLetter."""
    return ReplayLetter(letter_id=_letter_id(request.letter_id))


def resolve_letter(request: pb.ResolveLetterRequest) -> ResolveLetter:
    """Read OperationsService.ResolveLetter."""
    letter_id = _letter_id(request.letter_id)
    return ResolveLetter(
        letter_id=letter_id,
        reason_code=check_reason(Code(request.reason_code), reasons.LETTER),
        original_message_id=fields.given_id("original_message_id", request.original_message_id),
    )


def ask_rebuild(_request: pb.AskRebuildRequest) -> AskRebuild:
    """Read OperationsService.AskRebuild."""
    return AskRebuild()


def _letter_id(value: str) -> Key:
    if _LETTER_ID.fullmatch(value) is None:
        raise fields.invalid(
            "letter_id", "must be a dead letter's id, for example 1700000000000-0."
        )
    return Key(value)
