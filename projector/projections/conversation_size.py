"""Keeps a conversation within the size of a document: the oldest entries go first."""

from typing import Final

import bson

from projector.happening import Stored
from proto.codec import to_mongo

GROWTH_MAX: Final = 12
"""No JSON takes more than so many times its bytes as BSON, the times of its fields included."""

OWN_BYTES: Final = 1_024
"""What an entry has besides what was sent, and what the store adds to the document."""


def fitted(conversation: Stored, sent_bytes: int, bytes_max: int) -> Stored:
    """Give the conversation without its oldest utterances, then notices, until it fits.

    `bytesAtMost` is what it has at most, so that it is measured only when it may be too
    large: to measure takes as long as to write.
    """
    at_most = int(conversation.get("bytesAtMost", 0)) + GROWTH_MAX * sent_bytes + OWN_BYTES
    new = {**conversation, "bytesAtMost": to_mongo(at_most)}
    if at_most <= bytes_max:
        return new
    over = len(bson.encode(new)) + OWN_BYTES - bytes_max
    for field in ("utterances", "noticeboard"):
        if over > 0 and new.get(field):
            left, over = _without(new[field], over)
            new[field] = left
    return {**new, "bytesAtMost": to_mongo(min(at_most, bytes_max + over))}


def _without(entries: list[Stored], over: int) -> tuple[list[Stored], int]:
    """Drop the oldest entries until `over` bytes are gained; tell what is still over."""
    dropped = 0
    while dropped < len(entries) and over > 0:
        over -= len(bson.encode(entries[dropped]))
        dropped += 1
    return entries[dropped:], over
