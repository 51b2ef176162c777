"""Stream fields to event and back, values to MongoDB and back: the only such code.

The order of checks is that of events.md, section 3: size, then nesting, then type, then
the body; `Poison` says that an entry can never be read, whoever tries.
"""

import hashlib
import re
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import DecimalException
from functools import lru_cache
from typing import Any, Final, Self, TypeVar, get_args

import msgspec
from bson import Decimal128, Int64
from msgspec import Struct

from proto import events, subjects
from proto.values import (
    YEARS,
    CalendarDate,
    Code,
    Digits,
    Instant,
    InvalidTimestamp,
    InvalidValue,
    Key,
    Money,
    read_value,
    write_value,
)

D = TypeVar("D", bound=Struct)

PAYLOAD_BYTES_MAX: Final = 262_144
NESTING_MAX: Final = 64
INT64_MAX: Final = 2**63 - 1

TYPE_FIELDS: Final = ("msg_type", "typ", "event_type")
ID_FIELDS: Final = ("id", "event_id")
CONVERSATION_FIELDS: Final = ("cid", "conv", "conversation_id")
USER_FIELDS: Final = ("usr", "user_id")
SEQUENCE_FIELDS: Final = ("seq", "c_seq")
BODY_FIELDS: Final = ("payload", "dat")
MESSAGE_FIELD: Final = "original_message_id"
"""An entry that is published again names itself by its first id, where nothing else does."""
CAUSE_FIELD: Final = "cause"
_NAMES: Final = (TYPE_FIELDS, ID_FIELDS, CONVERSATION_FIELDS, USER_FIELDS, SEQUENCE_FIELDS)
AROUND: Final = frozenset((*(each for names in _NAMES for each in names), *BODY_FIELDS)).union(
    ("agt", CAUSE_FIELD, "original_message_id")
)
"""Flat fields that are no part of what an event says; all others of them are."""
SAYS_NOTHING: Final = frozenset(("", "{}", "null"))


class Poison(Exception):  # noqa: N818 - what it is, not what went wrong
    """An entry that can never be applied; its class and text go to the dead letters."""

    def bare(self) -> Self:
        """Give it without where it was raised: those frames hold the batch that holds it."""
        self.__context__ = None
        return self.with_traceback(None)


class TooLarge(Poison):
    """The entry's fields together are over the limit."""


class TooDeep(Poison):
    """The body nests deeper than any honest one."""


class NotText(Poison):
    """A field is not UTF-8."""


class InvalidBody(Poison):
    """The body is not what its type says it is."""


class Envelope(Struct, frozen=True, kw_only=True):
    """One entry of a stream, its type and identity read, its body not yet.

    `identity` is the event's name for de-duplication, for ever. `position`, `version`
    and `hash` are set for entries of our own ledger, otherwise 0 and "".
    `received_at` is the entry's time in Redis, the time of the documents it changes.
    """

    stream: str
    entry_id: str
    event_type: str
    identity: str
    conversation_id: str
    user_id: str
    agent: str
    sequence: int
    body: str
    received_at: Instant
    fields: dict[str, str]
    position: int = 0
    version: int = 0
    recorded_at: Instant | None = None
    hash: str = ""
    prev: str = ""


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        value = fields.get(name)
        if value:
            return value
    return ""


def _whole(text: str) -> int:
    """Read a count that may be blank, null or no number at all: those are 0."""
    if not text:
        return 0
    try:
        number = int(text)
    except ValueError:
        return 0
    return number if -INT64_MAX <= number <= INT64_MAX else 0


def entry_time(entry_id: str) -> Instant:
    """Give the time that Redis put into an entry's id (`1700000000000-0`)."""
    try:
        return _at_millisecond(entry_id.split("-", 1)[0])
    except (ValueError, OverflowError, OSError):  # whoever publishes may choose the id
        msg = f"the entry's id {entry_id[:40]} is a time on no calendar"
        raise InvalidBody(msg) from None


@lru_cache(maxsize=1_024)
def _at_millisecond(milliseconds: str) -> Instant:
    """Read a time; many entries of a batch came within the same millisecond."""
    at = Instant.fromtimestamp(int(milliseconds) / 1000, tz=UTC)
    if at.year not in YEARS:
        raise ValueError(milliseconds)
    return at


_STRINGS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS: Final = re.compile(r"[^\[\]{}]++")


def check_nesting(body: str) -> None:
    """Refuse deep bodies in linear time, before any parser recurses into them.

    A string that never ends is taken up to the end of the body: to give it up and to try
    again at the next quote took minutes.
    """
    if body.count("{") + body.count("[") <= NESTING_MAX:
        return
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", _STRINGS.sub("", body)):
        if bracket in "[{":
            depth += 1
            if depth > NESTING_MAX:
                msg = f"the body nests deeper than {NESTING_MAX} levels"
                raise TooDeep(msg)
        else:
            depth -= 1


def _identity(fields: Mapping[str, str], event_type: str, conversation: str, body: str) -> str:
    """Name an event; where its body says nothing, what it says stands in the flat fields."""
    named = _first(fields, ID_FIELDS)
    if named:
        return named
    cause = fields.get(CAUSE_FIELD, "")
    if not cause:
        return ""
    flat = {name: value for name, value in fields.items() if name not in AROUND}
    said = canonical(flat) if flat and body.strip() in SAYS_NOTHING else body.encode()
    body_hash = hashlib.sha256(said).hexdigest()
    return f"{cause}\x1f{event_type}\x1f{conversation}\x1f{body_hash}"


def read_envelope(
    stream: str,
    entry_id: str,
    raw_fields: Mapping[bytes, bytes],
    payload_bytes_max: int = PAYLOAD_BYTES_MAX,
) -> Envelope:
    """Read an entry's envelope. Raises Poison (TooLarge, NotText, TooDeep …) and nothing else."""
    # The values count for the limit, the names for one of their own: else they had none.
    if max(sum(map(len, raw_fields.values())), sum(map(len, raw_fields))) > payload_bytes_max:
        msg = f"the fields are larger than {payload_bytes_max} bytes"
        raise TooLarge(msg)
    try:
        fields = {name.decode(): value.decode() for name, value in raw_fields.items()}
    except UnicodeDecodeError as error:
        msg = f"a field is not UTF-8: {error.reason} at byte {error.start}"
        raise NotText(msg) from None
    event_type = _first(fields, TYPE_FIELDS)
    conversation_id = _first(fields, CONVERSATION_FIELDS)
    body = _first(fields, BODY_FIELDS)
    check_nesting(body)
    identity = _identity(fields, event_type, conversation_id, body)
    recorded = fields.get("ts", "")
    position = _whole(fields.get("pos", ""))
    return Envelope(
        stream=stream,
        entry_id=entry_id,
        event_type=event_type,
        identity=identity or f"{stream}/{fields.get(MESSAGE_FIELD) or entry_id}",
        conversation_id=conversation_id,
        user_id=_first(fields, USER_FIELDS),
        agent=fields.get("agt", ""),
        sequence=_whole(_first(fields, SEQUENCE_FIELDS)),
        body=body,
        received_at=entry_time(entry_id),
        fields=fields,
        position=position,
        version=_whole(fields.get("ver", "")),
        recorded_at=_recorded_at(recorded) if position and recorded else None,
        hash=fields.get("hash", ""),
        prev=fields.get("prev", ""),
    )


def _recorded_at(text: str) -> Instant:
    try:
        return Instant.parse(text)
    except InvalidTimestamp as error:
        msg = f"ts: {error}"
        raise InvalidBody(msg) from None


_DECODERS: Final = {
    name: msgspec.json.Decoder(event, dec_hook=read_value, float_hook=Digits)
    for name, event in events.EVENTS.items()
}


def is_known(event_type: str) -> bool:
    """Tell whether this version reads events of the type."""
    return event_type in _DECODERS


def read_event(
    event_type: str, body: str | bytes, fields: Mapping[str, str] | None = None
) -> events.Event:
    """Read a body. Raises Poison with a text that names the field or the value.

    Events of conversations are read from the entry's flat `fields` too.
    """
    text = body.decode() if isinstance(body, bytes) else body
    check_nesting(text)
    kind = events.EVENTS[event_type]
    event: events.Event
    try:
        if issubclass(kind, events.ConversationEvent):
            event = _read_conversation(kind, text, fields or {})
        else:
            event = _read_body(event_type, text)
    except msgspec.ValidationError as error:
        cause = type(error.__cause__)  # to keep the cause would keep this frame with it
        is_named = issubclass(cause, InvalidValue)
        name = cause.__name__ if is_named else "InvalidBody"
        msg = f"{name}: {error}"
        raise InvalidBody(msg) from None
    except (msgspec.DecodeError, InvalidValue, UnicodeError, RecursionError) as error:
        msg = f"{type(error).__name__}: {error}"
        raise InvalidBody(msg) from None
    return event


_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OPTIONAL: Final = {
    name: frozenset(each.encode_name for each in msgspec.structs.fields(event) if not each.required)
    for name, event in events.EVENTS.items()
}


def _read_body(event_type: str, text: str) -> events.Event:
    """Read a body; an optional field that is null is one that is absent."""
    try:
        return _DECODERS[event_type].decode(text)
    except msgspec.ValidationError:
        members = _MEMBERS.decode(text)
        optional = _OPTIONAL[event_type]
        told = {
            name: value
            for name, value in members.items()
            if name not in optional or bytes(value) != b"null"
        }
        if len(told) == len(members):
            raise
        return _DECODERS[event_type].decode(msgspec.json.encode(told))


_FREE_FORM: Final = msgspec.json.Decoder(float_hook=Digits)
_INNER: Final = (events.ApplicantDetails, events.ResidentialAddress, events.DecisionDetail)
"""Structs inside a conversation's event that are read under several names as well."""


def _read_conversation(
    kind: type[events.ConversationEvent], text: str, fields: Mapping[str, str]
) -> events.Event:
    """Read each field from the top level, else from the body, else from a payload inside.

    A body that is not JSON is its text (events.md, section 2).
    """
    try:
        body = _FREE_FORM.decode(text) if text else None
    except msgspec.DecodeError:
        body = text
    sources: list[Mapping[str, Any]] = [fields]
    if isinstance(body, dict):
        sources.append(body)
        inner = body.get("payload")
        sources += [inner] if isinstance(inner, dict) else []
    elif isinstance(body, str) and issubclass(kind, events.UserInput):
        sources.append({"utterance": body})
    values = {**_named(kind, sources), "body": body}
    return msgspec.convert(values, kind, dec_hook=read_value, strict=False)


def _named(kind: type[Struct], sources: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Give what the sources tell, under the names of a struct's own fields."""
    others: Mapping[str, tuple[str, ...]] = getattr(kind, "OTHER_NAMES", {})
    found = {}
    for each in msgspec.structs.fields(kind):
        names = (each.name, _camel(each.name), *others.get(each.name, ()))
        told = (source.get(name) for source in sources for name in names)
        value = next((value for value in told if value is not None and value != ""), None)
        inner = next((known for known in _INNER if known in get_args(each.type)), None)
        if inner is not None and isinstance(value, dict):
            value = _named(inner, [value])
        if value is not None:
            found[each.name] = value
    return found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def free_form(value: object) -> Any:  # noqa: ANN401 - whatever a feed sends
    """Give what a feed sent as it may be stored (events.md, 3.8): its keys made safe.

    Numbers stay exact: with decimals Decimal128, beyond 64 bits or 34 digits their text.
    """
    if isinstance(value, dict):
        return {key: free_form(each) for key, each in value.items() if is_storable_name(key)}
    if isinstance(value, list | tuple):
        return [free_form(each) for each in value]
    if isinstance(value, Digits):
        try:
            return Decimal128(str.__str__(value))
        except DecimalException:
            return str.__str__(value)
    return to_mongo(value)


def is_storable_name(name: str) -> bool:
    """Tell whether MongoDB takes a field's name (events.md, 3.8)."""
    return bool(name) and not name.startswith("$") and "." not in name and "\x00" not in name


_CANONICAL: Final = msgspec.json.Encoder(enc_hook=write_value, order="sorted")


def canonical(value: object) -> bytes:
    """Write the canonical body: sorted keys, no white space, no floats, money as strings.

    Bodies are written once, hashed as written and never encoded again (DESIGN, section 5).
    """
    return _CANONICAL.encode(value)


def event_fields(
    *,
    subject_id: str,
    version: int,
    event_type: str,
    position: int,
    recorded_at: str,
    actor: str,
    body: bytes,
    hash_hex: str,
    prev_hex: str,
) -> dict[str, str]:
    """Build the flat fields under which our ledger publishes one journal entry."""
    identity = f"{subject_id}:{version}"
    return {
        "id": identity,
        "cause": identity,
        "typ": event_type,
        "conv": subjects.conversation_of(subject_id),
        "agt": "billie-ledger",
        "usr": actor,
        "seq": str(version),
        "pos": str(position),
        "ver": str(version),
        "ts": recorded_at,
        "hash": hash_hex,
        "prev": prev_hex,
        "payload": body.decode(),
    }


@lru_cache(maxsize=1_024)
def stored_instant(moment: Instant) -> datetime:
    """Give an instant as MongoDB keeps it: whole milliseconds, also before it is stored.

    All events of a command bear the same one.
    """
    return datetime(
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond // 1_000 * 1_000,
        tzinfo=UTC,
    )


_DECIMAL_HIGH: Final = (6176 - 2) << 49
_DECIMAL_SIGN: Final = 1 << 63
_DECIMAL: Final = struct.Struct("<QQ")


@lru_cache(maxsize=16_384)
def money_to_mongo(amount: Money) -> Decimal128:
    """Give an amount as MongoDB keeps it: the cents, with the exponent -2.

    The sixteen bytes are laid out here, because by way of a decimal string it takes four
    times as long, which the projector feels. Half of a posting's dozen amounts are zero,
    and fees and instalments come again and again.
    """
    sign = _DECIMAL_SIGN if amount < 0 else 0
    return Decimal128.from_bid(_DECIMAL.pack(abs(amount), _DECIMAL_HIGH | sign))


def stored_money(amount: Decimal128) -> Money:
    """Read an amount as MongoDB keeps it, also one that another wrote."""
    cents, high = _DECIMAL.unpack(amount.bid)
    if high & ~_DECIMAL_SIGN == _DECIMAL_HIGH:
        return Money(-cents if high & _DECIMAL_SIGN else cents)
    return Money.parse(format(amount.to_decimal(), "f"))


def _tree_to_mongo(value: object) -> Any:  # noqa: ANN401 - MongoDB takes any of its own types
    if isinstance(value, Struct):
        return to_mongo(document_fields(value))
    if isinstance(value, dict):
        return {str(key): to_mongo(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_mongo(each) for each in value]
    for kind, writer in _TO_MONGO.items():
        if isinstance(value, kind):
            return writer(value)
    msg = f"{type(value).__name__} is not stored in MongoDB"
    raise TypeError(msg)


def _as_it_is(value: object) -> object:
    return value


def _whole_to_mongo(value: int) -> Int64 | str:
    """Keep a whole number; beyond 64 bits it is kept as a string (events.md, 3.8)."""
    return Int64(value) if -INT64_MAX - 1 <= value <= INT64_MAX else str(value)


_TO_MONGO: Final[dict[type, Any]] = {
    Money: money_to_mongo,
    Instant: stored_instant,
    Key: str.__str__,
    CalendarDate: str.__str__,
    Code: str.__str__,
    Digits: str.__str__,
    str: str.__str__,
    bool: _as_it_is,
    int: _whole_to_mongo,
    float: _as_it_is,
    bytes: _as_it_is,
    datetime: _as_it_is,
    Decimal128: _as_it_is,
    type(None): _as_it_is,
}
"""Writers by exact type; a subclass that is not listed takes its first listed ancestor's."""


def to_mongo(value: object) -> Any:  # noqa: ANN401 - MongoDB takes any of its own types
    """Turn a value, or a tree of values, into what MongoDB stores; money as Decimal128."""
    writer = _TO_MONGO.get(type(value))
    return _tree_to_mongo(value) if writer is None else writer(value)


def document_fields(document: Struct) -> dict[str, Any]:
    """Give a document's fields under their MongoDB names, absent ones left out."""
    names = zip(document.__struct_fields__, document.__struct_encode_fields__, strict=True)
    return {
        stored: getattr(document, field)
        for field, stored in names
        if getattr(document, field) is not None
    }


def _read_stored(kind: type, value: object) -> object:
    if kind is Money:
        if isinstance(value, Decimal128):
            return stored_money(value)
        return Money.parse(str(value))
    if kind is Instant and isinstance(value, datetime):
        return Instant.of(value)
    if kind is CalendarDate and isinstance(value, date):
        return CalendarDate(value.isoformat()[:10])
    return read_value(kind, value)


def from_mongo(kind: type[D], stored: Mapping[str, Any]) -> D:
    """Read a stored document, or the declared part of it, as its struct.

    Raises msgspec.ValidationError where the store holds what documents.py does not allow.
    """
    return msgspec.convert(stored, kind, dec_hook=_read_stored, strict=False)
