"""Projection `letter-steps`: what people did about dead letters, each step a document.

What the projector has to do about a step it finds here, and answers in `letter-answers`.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from projector.happening import LETTER_STEPS, Change, Documents, Happening, Stored
from proto.events import (
    ApprovalRequested,
    Event,
    LetterOpened,
    LetterReplayed,
    LetterResolved,
    PaymentCorrected,
)

COMMAND: Final = "IssueCorrection"


class Asked(msgspec.Struct):
    """Of a requested command, what tells whether it is about a message that never was posted."""

    command: str = ""
    original_message_id: str = ""


def fold(happening: Happening, documents: Documents) -> Iterator[Change]:  # noqa: ARG001 - as all
    """Give the step, where the event is one."""
    place = happening.ledger
    told = None if place is None else _told(happening.event)
    if place is None or told is None:
        return
    step = {"eventId": place.event_id, "by": place.actor, "at": happening.at, **told}
    yield Change(LETTER_STEPS, place.event_id, step)


def _told(event: Event | None) -> Stored | None:
    match event:
        case LetterOpened():
            letter = str(event.letter_id)
            return {"kind": "opened", "letterId": letter, "readerKey": event.reader_key}
        case LetterReplayed():
            return {"kind": "replay", "letterId": str(event.letter_id)}
        case LetterResolved():
            return {
                "kind": "resolved",
                "letterId": str(event.letter_id),
                "messageId": str(event.original_message_id),
                "reasonCode": str(event.reason_code),
            }
        case ApprovalRequested():
            return _asked(event)
        case PaymentCorrected() if event.original_message_id:
            told = {
                "kind": "corrected",
                "messageId": str(event.original_message_id),
                "transactionId": str(event.transaction_id),
                "loanAccountId": str(event.account_id),
            }
            return {**told, "requestId": str(event.request_id)} if event.request_id else told
        case _:
            return None


def _asked(event: ApprovalRequested) -> Stored | None:
    try:
        asked = msgspec.json.decode(event.command or "{}", type=Asked)
    except msgspec.DecodeError:  # another system's request, whose words are its own
        return None
    if asked.command != COMMAND or not asked.original_message_id:
        return None
    return {
        "kind": "correction_asked",
        "messageId": asked.original_message_id,
        "requestId": str(event.request_id),
        "loanAccountId": str(event.loan_account_id),
    }
