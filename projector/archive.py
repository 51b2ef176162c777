"""The archive: every event as it was applied, in the order in which it was applied.

Events from outside are kept whole, as ciphertext, since no journal has them; of our
ledger's only the positions, between the others. A rebuild replays just that.

An entry's `_id` begins with MongoDB's own time, taken inside the transaction after its
first answer. Of two transactions that touched the same document, the later one saw the
earlier one's commit, so that its time is the later one whatever the clocks say.
"""

import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bson import Int64
from bson.timestamp import Timestamp
from cryptography.exceptions import InvalidTag

from projector import letter_form
from projector.archive_keys import GENERAL, KeyStore
from projector.happening import (
    ACCOUNTS,
    CONVERSATIONS,
    WRITE_OFF_REQUESTS,
    Documents,
    Stored,
)
from projector.item import Entry, Item
from projector.letter_form import CUSTOMER_MAX
from projector.projections.applicants import profile
from projector.sealing import seal, unseal
from proto.codec import stored_instant
from proto.events import ConversationEvent

PLACE: Final = struct.Struct(">IIIH")
"""Seconds, their counter, four random bytes, the place within the batch."""

RANDOM_BYTES: Final = 4


class Archive:
    """Makes the archive's documents and reads them again."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def documents(self, at: Timestamp, fresh: Iterable[Item], documents: Documents) -> list[Stored]:
        """Give what is to be kept of a batch's events, in their order.

        Raises KeysUnavailable.
        """
        run = int.from_bytes(os.urandom(RANDOM_BYTES), "big")
        ours: list[Item] = []
        kept: list[Stored] = []
        owners = [(item, customer_of(item, documents)) for item in fresh]
        keys = self._keys.keys(owner for item, owner in owners if not item.is_ledger)
        for number, (item, owner) in enumerate(owners):
            if item.is_ledger:
                ours.append(item)
                continue
            if ours:
                kept.append(_positions(_place(at, run, number - 1), ours))
                ours = []
            bound = item.mark + owner.encode()
            kept.append(
                {
                    "_id": _place(at, run, number),
                    "stream": item.entry.stream,
                    "entryId": item.entry.entry_id,
                    "mark": item.mark,
                    "receivedAt": stored_instant(item.envelope.received_at),
                    "customerId": owner,
                    "sealed": seal(keys[owner], bound, item.entry.fields),
                }
            )
        if ours:
            kept.append(_positions(_place(at, run, len(owners) - 1), ours))
        return kept

    def opened(self, kept: Mapping[str, Any]) -> Entry | None:
        """Give an outside event's entry; None where its customer was erased.

        Who came again after that has another key by now, which opens nothing from before.
        Raises InvalidTag where somebody changed it, KeysUnavailable.
        """
        owner = kept["customerId"]
        key = self._keys.key(owner)
        if key is None:
            return None
        try:
            fields = unseal(key, kept["mark"] + owner.encode(), kept["sealed"])
        except InvalidTag:
            if self._keys.was_destroyed(owner):
                return None
            raise
        return Entry(kept["stream"], kept["entryId"], fields)


def customer_of(item: Item, documents: Documents) -> str:
    """Give the customer whom an outside event is about, as far as it is known by now.

    What this version does not read may name them in its body; what is said in a conversation
    that has not begun here, as the user of the entry.
    """
    if item.is_ledger:
        return GENERAL
    event = item.happening().event
    if event is None:
        return letter_form.customer_of(item.envelope.fields)
    told = profile(item.happening())
    named = told.customer_id if told is not None else getattr(event, "customer_id", None)
    if named:
        return str.__str__(named)
    account_id = getattr(event, "account_id", None)
    if account_id and documents.knows(ACCOUNTS, account_id):
        account = documents.get(ACCOUNTS, account_id) or {}
        return str(account.get("customerIdString") or GENERAL)
    conversation_id = item.envelope.conversation_id
    conversation = documents.seen(CONVERSATIONS, conversation_id) or {}
    request = documents.seen(WRITE_OFF_REQUESTS, conversation_id) or {}
    named = conversation.get("customerIdString") or request.get("customerId")
    if not named and isinstance(event, ConversationEvent):
        named = item.envelope.user_id[:CUSTOMER_MAX]
    return str(named or GENERAL)


def positions(kept: Mapping[str, Any]) -> Iterator[int]:
    """Give the ledger's positions of which an archive document tells."""
    flat: list[int] = kept["positions"]
    for first, count in zip(flat[::2], flat[1::2], strict=True):
        yield from range(first, first + count)


def _place(at: Timestamp, run: int, number: int) -> bytes:
    return PLACE.pack(at.time, at.inc, run, number)


def _positions(place: bytes, ours: list[Item]) -> Stored:
    """Keep positions as runs: the first of each, and how many follow one another."""
    flat: list[int] = []
    for item in ours:
        position = item.envelope.position
        if flat and position == flat[-2] + flat[-1]:
            flat[-1] += 1
        else:
            flat += [position, 1]
    return {"_id": place, "positions": [Int64(each) for each in flat]}
