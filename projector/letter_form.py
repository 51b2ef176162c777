"""How an entry of the dead letters is kept: sealed, found by tokens, and naming nobody.

A sender may send anything: of an entry that is too large to be kept whole its head is kept,
and what is larger than an event may be is not searched for references.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from projector.archive_keys import GENERAL, KeyStore
from projector.sealing import seal
from proto import codec
from proto.codec import InvalidBody
from proto.documents import DeadLetterDocument
from proto.events import EVENTS, ConversationEvent
from proto.search_tokens import tokens
from proto.streams import INBOX
from proto.values import Instant, InvalidTimestamp, Key

COUNT_DIGITS: Final = 9
ADDED: Final = frozenset(
    {
        b"original_message_id",
        b"original_stream",
        b"error",
        b"moved_at",
        b"moved_by",
        b"deliveries",
    }
)
"""Fields of a dead letter that the original entry did not have."""

WHOLE_BYTES_MAX: Final = 4 << 20
"""An entry of more is kept in part: MongoDB takes no document of more than 16 MiB."""
HEAD_FIELDS: Final = 100
HEAD_BYTES: Final = 2_000
"""Of such an entry so many fields are kept, and so much of each name and value."""

CUSTOMER: Final = ("customer_id", "customerId", "customerIdString")
CUSTOMER_MAX: Final = 200
QUOTED: Final = re.compile(
    r"""(?<!\w)'(?:\\.|[^'\\]|'(?=\w))*+(?:'|\\?\Z)|"(?:\\.|[^"\\])*+(?:"|\\?\Z)""", re.DOTALL
)
"""What stands in quotes, with what is escaped inside; an apostrophe in a word is no quote."""
FIGURES: Final = re.compile(r"['\"][0-9TZ:+., -]*['\"]")

Raw = Mapping[bytes, bytes]


class LetterForm:
    """Makes a dead letter's document of its entry."""

    def __init__(self, keys: KeyStore, token_key: bytes, payload_bytes_max: int) -> None:
        self._keys, self._token_key = keys, token_key
        self._read_max = payload_bytes_max

    def document(self, letter_id: str, fields: Raw) -> DeadLetterDocument:
        """Give the document. Raises KeysUnavailable."""
        size = _size(fields)
        kept = fields if size <= WHOLE_BYTES_MAX else head(fields)
        text = {
            name.decode(errors="replace"): value.decode(errors="replace")
            for name, value in kept.items()
        }
        is_read = _size(_without_added(fields)) <= self._read_max
        owner = customer_of(text, is_read=is_read)
        key = self._keys.keys([owner])[owner]
        kind, _, _ = text.get("error", "").partition(":")
        return DeadLetterDocument(
            letter_id=Key(letter_id),
            stream=text.get("original_stream", INBOX),
            entry_id=text.get("original_message_id", ""),
            event_type=first(text, codec.TYPE_FIELDS)[:200],
            sender=text.get("agt", "")[:200],
            error_kind=kind[:100],
            error=without_names(text.get("error", ""))[:500],
            moved_at=_moved_at(letter_id, text.get("moved_at", "")),
            moved_by=text.get("moved_by", "")[:100],
            deliveries=_count(text.get("deliveries", "")),
            customer_id=Key(owner),
            sealed=seal(key, letter_id.encode(), kept),
            tokens=tokens(self._token_key, self._searched(text)),
            whole_bytes=size if kept is not fields else 0,
            whole_sha256=digest(fields) if kept is not fields else "",
        )

    def _searched(self, text: Mapping[str, str]) -> list[str]:
        """Give the values in which references are looked for: short ones first, up to a bound."""
        left, searched = self._read_max, []
        for value in sorted((text[name] for name in text if name != "error"), key=len):
            left -= len(value)
            if left < 0:
                break
            searched.append(value)
        return searched


def head(fields: Raw) -> dict[bytes, bytes]:
    """Give the beginning of the fields of an entry that is too large; those of ours whole."""
    ours = {name: value for name, value in fields.items() if name in ADDED}
    others = [each for each in fields.items() if each[0] not in ADDED]
    cut = {name[:HEAD_BYTES]: value[:HEAD_BYTES] for name, value in others[:HEAD_FIELDS]}
    return cut | {name: value[:HEAD_BYTES] for name, value in ours.items()}


def digest(fields: Raw) -> str:
    """Give the SHA-256 of the original entry's names and values, one after another, in hex."""
    hashed = hashlib.sha256()
    for name, value in _without_added(fields).items():
        hashed.update(name)
        hashed.update(value)
    return hashed.hexdigest()


def customer_of(fields: Mapping[str, str], *, is_read: bool = True) -> str:
    """Give the customer of whom an entry tells; the body counts where it `is_read`.

    A conversation's entries may name their customer only as their user.
    """
    named = _named_in(first(fields, codec.BODY_FIELDS)) if is_read else ""
    kind = EVENTS.get(first(fields, codec.TYPE_FIELDS))
    if not named and kind is not None and issubclass(kind, ConversationEvent):
        named = first(fields, codec.USER_FIELDS)
    return named[:CUSTOMER_MAX] or GENERAL


def _named_in(body: str) -> str:
    try:
        told = msgspec.json.decode(body)
        named = [told.get(name) for name in CUSTOMER] if isinstance(told, dict) else []
        return next((str(each) for each in named if isinstance(each, str | int) and each), "")
    except (msgspec.DecodeError, ValueError, RecursionError):  # ValueError: digits without end
        return ""


def without_names(error: str) -> str:
    """Give an error's text with what it quotes left out, but for figures and dates."""
    return QUOTED.sub(lambda each: each[0] if FIGURES.fullmatch(each[0]) else "'…'", error)


def first(fields: Mapping[str, str], names: Iterable[str]) -> str:
    """Give the first of some fields that is there and not empty."""
    return next((fields[name] for name in names if fields.get(name)), "")


def _moved_at(letter_id: str, told: str) -> Instant:
    """Read when a letter was moved; else it is when its entry came, which its id tells."""
    try:
        return Instant.parse(told)
    except InvalidTimestamp:
        pass
    try:
        return codec.entry_time(letter_id)
    except InvalidBody:  # whoever publishes may choose the id
        return Instant.parse("1970-01-01")


def _without_added(fields: Raw) -> Raw:
    return {name: value for name, value in fields.items() if name not in ADDED}


def _size(fields: Raw) -> int:
    return sum(map(len, fields)) + sum(map(len, fields.values()))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= COUNT_DIGITS else 0
