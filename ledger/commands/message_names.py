"""A message from the inbox is posted once, by the intake or by a correction, or closed.

Whoever comes first takes its name, and nobody after them.
"""

from typing import Final

from ledger.commands.command import Facts, Name
from ledger.errors import Refusal, Refused
from proto import subjects
from proto.values import Key

MESSAGE: Final = "message"
MESSAGE_FIELD: Final = "original_message_id"


def message_name(message_id: Key, facts: Facts) -> Name:
    """Take a message for good. Refused where it was posted, corrected or closed before."""
    owner = facts.look.owner(MESSAGE, message_id)
    if owner is not None and is_closed(owner):
        raise Refused(
            Refusal.LETTER_CLOSED,
            f"The dead letter of the message {message_id} was closed without a posting. If it is "
            "to be posted after all, record the payment itself.",
            field=MESSAGE_FIELD,
        )
    if owner is not None:
        raise posted_already(message_id)
    return Name(MESSAGE, message_id, MESSAGE_FIELD)


def is_closed(owner: str) -> bool:
    """Tell whether who has a message's name is a dead letter, and no account."""
    return owner.startswith(subjects.LETTER)


def posted_already(message_id: Key) -> Refused:
    """Build the refusal of what is to be done about a message that was posted."""
    return Refused(
        Refusal.MESSAGE_POSTED,
        f"The message {message_id} was posted already.",
        field=MESSAGE_FIELD,
    )
