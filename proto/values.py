"""The kinds of value that cross a process boundary: ids, codes, money, dates, instants.

Each is a type of its own, so that a wrong one does not pass mypy, and each is read by
the one `read_value` hook that every decoder of this room shares.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, Self

CENTS_IN_DOLLAR: Final = 100
CENTS_MAX: Final = 10**15
"""No single amount reaches ten trillion dollars; a larger one is a mistake, not money."""

YEARS: Final = range(1900, 9999)
"""Years of honest times; beyond them a calendar ends one time zone further, or a day later."""

_MONEY: Final = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]+))?", re.ASCII)


class InvalidValue(ValueError):  # noqa: N818 - the name is shown to operators, in dead letters
    """A value of the wire that cannot be what its field says it is."""


class InvalidMoney(InvalidValue):
    """An amount that is not digits with at most two decimal places."""


class InvalidTimestamp(InvalidValue):
    """A date or an instant that is not on any calendar, or in none of its honest years."""


class InvalidKey(InvalidValue):
    """An id that is not a scalar."""


class Digits(str):
    """A JSON number with a decimal point or exponent, as the exact text that was sent."""

    __slots__ = ()


class Key(str):
    """An id. On the wire a string or an integer; null is the empty string."""

    __slots__ = ()


class Code(str):
    """A name from a list. On the wire it may be qualified, `AccountStatus.ACTIVE`."""

    __slots__ = ()


class CalendarDate(str):
    """A calendar date, `YYYY-MM-DD`; of a wire instant the date part as written."""

    __slots__ = ()

    def as_date(self) -> date:
        """Give the date for arithmetic."""
        return date.fromisoformat(self)


@lru_cache(maxsize=4_096)
def _written_cents(cents: int) -> str:
    """Write cents as dollars; every event holds a dozen amounts, most of them nil or the same."""
    digits = int.__repr__(cents)
    if cents >= CENTS_IN_DOLLAR:
        return f"{digits[:-2]}.{digits[-2:]}"
    sign, digits = ("-", digits[1:]) if cents < 0 else ("", digits)
    digits = digits.zfill(3)
    return f"{sign}{digits[:-2]}.{digits[-2:]}"


class Money(int):
    """An amount in whole cents. On the wire a decimal string with two places."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ASCII digits with at most two decimal places that are not zero.

        Raises InvalidMoney for anything else: exponents, NaN, other digits, a third
        decimal (events.md, rule 9 of section 3).
        """
        return cls(_cents(text))

    def __str__(self) -> str:
        """Write the decimal string of the wire, `-12.50`."""
        return _written_cents(self)

    def __repr__(self) -> str:
        """Write the amount so that a failing test can be read."""
        return f"Money({self!s})"


@lru_cache(maxsize=4_096)
def _cents(text: str) -> int:
    """Read an amount; half of a posting's dozen are zero, and the others come again."""
    match = _MONEY.fullmatch(text)
    if match is None:
        msg = f"{text[:40]!r} is not an amount with at most two decimal places"
        raise InvalidMoney(msg)
    sign, whole, places = match.groups()
    places = (places or "").rstrip("0")
    if len(places) > len("00"):
        msg = f"{text[:40]!r} has more than two decimal places"
        raise InvalidMoney(msg)
    cents = int(whole) * 100 + int(places.ljust(2, "0"))
    if cents >= CENTS_MAX:
        msg = f"{text[:40]!r} is larger than any amount can be"
        raise InvalidMoney(msg)
    return -cents if sign else cents


class Instant(datetime):
    """A moment in UTC with whole microseconds. On the wire RFC 3339."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ISO 8601 instant or date of YEARS; without an offset it is UTC.

        Raises InvalidTimestamp with the text that was sent.
        """
        try:
            at = cls.of(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            raise InvalidTimestamp(repr(text[:40])) from None
        if at.year not in YEARS:
            raise InvalidTimestamp(repr(text[:40]))
        return at

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Take over another datetime; one without a zone is UTC."""
        at = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return cls(
            at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=UTC
        )

    def __str__(self) -> str:
        """Write RFC 3339 in UTC with microseconds, `2025-11-15T00:01:00.000000Z`."""
        return _written(self)


@lru_cache(maxsize=256)
def _written(at: Instant) -> str:
    """Write an instant; all events of a command bear the same one."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _read_key(value: object) -> Key:
    if type(value) is str:  # as nearly all are: every event has a dozen of these
        return Key(value)
    if value is None:
        return Key("")
    if isinstance(value, bool) or not isinstance(value, str | int):
        msg = f"an id must be a string or a number, not {type(value).__name__}"
        raise InvalidKey(msg)
    return Key(value)


def _read_money(value: object) -> Money:
    if type(value) is str:
        return Money(_cents(value))
    if isinstance(value, bool) or not isinstance(value, str | int):
        msg = f"an amount must be a string or a number, not {type(value).__name__}"
        raise InvalidMoney(msg)
    return Money.parse(str(value))


def _read_instant(value: object) -> Instant:
    if not isinstance(value, str):
        raise InvalidTimestamp(repr(value)[:40])
    return Instant.parse(value)


def _read_date(value: object) -> CalendarDate:
    if not isinstance(value, str):
        raise InvalidTimestamp(repr(value)[:40])
    Instant.parse(value)
    written = value[:10]
    try:
        return CalendarDate(date.fromisoformat(written).isoformat())
    except ValueError:
        raise InvalidTimestamp(repr(value[:40])) from None


_READERS: Final[dict[type, Any]] = {
    Key: _read_key,
    Code: lambda value: Code(_read_key(value).rsplit(".", 1)[-1]),
    Money: _read_money,
    Instant: _read_instant,
    CalendarDate: _read_date,
}


def read_value(kind: type, value: object) -> object:
    """Decode one custom value (msgspec's `dec_hook`); raises InvalidValue."""
    try:
        reader = _READERS[kind]
    except KeyError:
        msg = f"no reader for {kind.__name__}"
        raise NotImplementedError(msg) from None
    return reader(value)


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    Key: str.__str__,
    Code: str.__str__,
    CalendarDate: str.__str__,
    Money: _written_cents,
    Instant: _written,
}


def write_value(value: object) -> str:
    """Encode one custom value (msgspec's `enc_hook`)."""
    try:
        writer = _WRITERS[type(value)]
    except KeyError:
        msg = f"{type(value).__name__} does not cross a process boundary"
        raise NotImplementedError(msg) from None
    return writer(value)
