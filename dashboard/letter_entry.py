"""A dead letter's entry as it is read: its body, the fields that are wrong, the payment in it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from dashboard.formats import typed_money
from proto import codec
from proto.events import PaymentReceived
from proto.values import Money

ADDED: Final = frozenset(
    {"original_message_id", "original_stream", "error", "moved_at", "moved_by", "deliveries"}
)
"""What a letter has beside the entry that it was."""

SHOWN_CHARACTERS_MAX: Final = 20_000
_PATH: Final = re.compile(r"`\$\.?([^`.\[]*)[^`]*`")
_QUOTED: Final = re.compile(r"'([^']+)'|\"([^\"]+)\"")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*_[A-Za-z0-9_]+")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Payment(Struct, frozen=True, kw_only=True):
    """What can be read of a payment; absent is what cannot."""

    account_id: str = ""
    amount: Money | None = None
    payment_reference: str = ""
    effective_date: date | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """An entry: what stood around its body, the body, and what is wrong in it."""

    event_type: str
    error: str
    around: tuple[tuple[str, str], ...]
    body: tuple[tuple[str, str], ...]
    """The body's own fields, each value as text; none where it is no object."""
    text: str
    """The body as it came, laid out where it is JSON."""
    bad: frozenset[str]

    @property
    def is_payment(self) -> bool:
        """Whether a correction can be issued for it."""
        return self.event_type == PaymentReceived.type

    @property
    def payment(self) -> Payment:
        """Read what can be read of the payment."""
        told = dict(self.body)
        return Payment(
            account_id=told.get("account_id", "").strip(),
            amount=typed_money(told.get("amount", "")),
            payment_reference=told.get("payment_reference", "").strip(),
            effective_date=_date(told.get("effective_date", "")),
        )


def read_entry(fields: Mapping[bytes, bytes]) -> Entry:
    """Read the fields of a letter; whatever is in them, it gives something to show."""
    told = {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, value in fields.items()
    }
    text = next((told[name] for name in codec.BODY_FIELDS if told.get(name)), "")
    body, shown = _body(text)
    error = told.get("error", "")
    around = [
        (name, value)
        for name, value in told.items()
        if name not in ADDED and name not in codec.BODY_FIELDS
    ]
    return Entry(
        event_type=next((told[name] for name in codec.TYPE_FIELDS if told.get(name)), ""),
        error=error,
        around=tuple(around),
        body=body,
        text=shown[:SHOWN_CHARACTERS_MAX],
        bad=bad_fields(error, dict(body)),
    )


def bad_fields(error: str, body: Mapping[str, str]) -> frozenset[str]:
    """Name the fields that an error is about: by their place, their name, or what it quotes."""
    named = {match[1] for match in _PATH.finditer(error)} | set(_WORD.findall(error))
    quoted = {match[1] or match[2] for match in _QUOTED.finditer(error)}
    return frozenset(name for name, value in body.items() if name in named or value in quoted)


def _body(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    try:
        read: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return (), text
    if not isinstance(read, dict):
        return (), text
    laid_out = msgspec.json.format(text, indent=2)
    return tuple((str(name), _as_text(value)) for name, value in read.items()), laid_out


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _date(text: str) -> date | None:
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
