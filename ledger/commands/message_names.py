"""A message from the inbox is posted once, by the intake or by a correction, never by both."""

from typing import Final

from ledger.commands.command import Facts, Name
from ledger.errors import Refusal, Refused
from proto.values import Key

MESSAGE: Final = "message"


def message_name(message_id: Key, facts: Facts) -> Name:
    """Take a message for good. Refused where it was posted or corrected before."""
    if facts.look.owner(MESSAGE, message_id) is not None:
        raise Refused(
            Refusal.MESSAGE_POSTED,
            f"The message {message_id} was posted already.",
            field="original_message_id",
        )
    return Name(MESSAGE, message_id, "original_message_id")
