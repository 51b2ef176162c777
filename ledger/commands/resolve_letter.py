"""ResolveLetter: a dead letter that needs no posting is closed, for a reason.

Its message is then taken for good, as a posting takes it: a message is posted once or closed.
"""

from ledger.commands import binding, letter_steps, request_steps
from ledger.commands.command import Decided, Facts, Name
from ledger.commands.issue_correction import IssueCorrection
from ledger.commands.letter_steps import LetterCommand
from ledger.commands.message_names import MESSAGE, MESSAGE_FIELD, is_closed, posted_already
from ledger.domain import request as requests
from ledger.domain.letter import LetterLog
from ledger.errors import Refusal, Refused
from proto.events import LetterResolved
from proto.values import Code, Key


class ResolveLetter(LetterCommand, frozen=True, kw_only=True):
    """Close it; why is a code of a list, since words might name somebody.

    `original_message_id` is the message of the inbox that it was; the projector closes no
    letter under another's.
    """

    reason_code: Code
    original_message_id: Key = Key("")


def decide(log: LetterLog | None, command: ResolveLetter, facts: Facts) -> Decided:
    """Record who closed it and why; the letter itself stays where it is."""
    message_id, names = command.original_message_id, list[Name]()
    owner = facts.look.owner(MESSAGE, message_id) if message_id else None
    if owner is not None and not is_closed(owner):
        raise posted_already(message_id)
    letter_steps.check_not_closed(log)
    if message_id:
        _check_nobody_waits(message_id, facts)
    if message_id and owner is None:  # else another letter of the same message was closed
        names.append(Name(MESSAGE, message_id, MESSAGE_FIELD))
    closed = LetterResolved(
        letter_id=command.letter_id,
        reason_code=command.reason_code,
        original_message_id=message_id,
    )
    return Decided(events=(closed,), names=tuple(names))


def _check_nobody_waits(message_id: Key, facts: Facts) -> None:
    """Refuse while a correction of the message may still be approved."""
    for request in facts.look.open_requests():
        body = binding.fields_of(request.command)
        is_about_it = (body["command"], body.get(MESSAGE_FIELD)) == (
            IssueCorrection.__name__,
            message_id,
        )
        if is_about_it and request_steps.status_at(request, facts.at) in requests.OPEN:
            raise Refused(
                Refusal.CORRECTION_WAITS,
                f"{request.requested_by} has asked for a correction of this message: "
                f"{request.number} is {request.status}. Have it decided or taken back first.",
                field=MESSAGE_FIELD,
            )
