"""The fields of a request, each checked once; a refusal names the field and the remedy."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Protocol, TypedDict

from ledger.domain.card_numbers import holds_card_number
from ledger.domain.money import parse_amount
from ledger.domain.reasons import check_given, check_reason
from ledger.errors import Refusal, Refused
from ledger.own_keys import OWN
from proto.events import NO_CODE, NO_KEY
from proto.role_limits import KINDS, ROLES
from proto.values import CalendarDate, Code, Key, Money

TEXT_LENGTH_MAX: Final = 2_000
REFERENCE_LENGTH_MAX: Final = 140

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", re.ASCII)
_STAFF_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
_KEY: Final = re.compile(r"[!-~]{8,128}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_GIVEN_ID: Final = re.compile(r"TXN-[A-Za-z0-9._/-]{1,90}|[12][0-9]{12}-[0-9]{1,6}", re.ASCII)
_RATE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_RESERVED_STAFF_IDS: Final = ("system", "projector")


def invalid(field: str, sentence: str) -> Refused:
    """Build the refusal of a malformed field."""
    return Refused(Refusal.INVALID_FIELD, f"{field} {sentence}", field=field)


def identifier(field: str, value: str, *, required: bool = True) -> Key:
    """Read an id: letters, digits, dot, underscore, slash, hyphen; at most 64."""
    if not value and not required:
        return NO_KEY
    if _ID.fullmatch(value) is None:
        raise invalid(
            field, "must be an id of at most 64 letters, digits, dots, slashes or hyphens."
        )
    return Key(value)


def staff_identifier(field: str, value: str) -> Key:
    """Read a staff id or username: lower case, so that no two look alike."""
    if _STAFF_ID.fullmatch(value) is None or value in _RESERVED_STAFF_IDS:
        raise invalid(field, "must be 2 to 64 lower-case letters, digits, dots or hyphens.")
    return Key(value)


def idempotency_key(value: str) -> str:
    """Read a key, which may be absent."""
    if value and _KEY.fullmatch(value) is None:
        raise invalid("idempotency_key", "must have 8 to 128 visible ASCII characters.")
    if value.startswith(OWN):
        raise invalid(
            "idempotency_key", f"must not begin with {' or '.join(OWN)}. Use another key."
        )
    return value


def calendar_date(field: str, value: str, *, required: bool = False) -> CalendarDate:
    """Read a date that is on the calendar, written YYYY-MM-DD."""
    if not value and not required:
        return CalendarDate("")
    try:
        if _DATE.fullmatch(value):
            return CalendarDate(date.fromisoformat(value).isoformat())
    except ValueError:
        pass  # the same refusal as for any other text that is no date
    raise Refused(Refusal.INVALID_DATE, f"{field} must be a date written YYYY-MM-DD.", field=field)


def free_text(
    field: str, value: str, *, required: bool = False, length_max: int = TEXT_LENGTH_MAX
) -> str:
    """Read a text that people write: not too long, no control or card numbers in it."""
    if required and not value.strip():
        raise invalid(field, "must not be empty.")
    if not value:
        return value
    if len(value) > length_max:
        raise invalid(field, f"must have at most {length_max} characters.")
    if _CONTROL.search(value):
        raise invalid(field, "must not hold control characters.")
    if holds_card_number(value):
        raise Refused(
            Refusal.CARD_NUMBER,
            f"{field} seems to hold a card number. Remove it; card numbers are never kept.",
            field=field,
        )
    return value


def reference(field: str, value: str) -> Key:
    """Read a reference that another system gave."""
    return Key(free_text(field, value, length_max=REFERENCE_LENGTH_MAX)) if value else NO_KEY


def given_id(field: str, value: str) -> Key:
    """Read the id of a transaction, or of a message of the inbox.

    Of those that we and Redis give, one in ten holds digits that pass for a card's by chance.
    """
    return Key(value) if _GIVEN_ID.fullmatch(value) else reference(field, value)


def code(field: str, value: str) -> Code:
    """Read a short name from some list; where the list is not ours, still no card number."""
    return Code(identifier(field, free_text(field, value), required=False)) if value else NO_CODE


def texts(**fields: str) -> dict[str, str]:
    """Read the free texts that are to be sealed; empty ones are left out."""
    checked = {field: free_text(field, value) for field, value in fields.items()}
    return {field: value for field, value in checked.items() if value.strip()}


class OnAccount(Protocol):
    """What every request for a command on an account has."""

    expected_version: int
    effective_date: str
    reason_code: str


class Besides(TypedDict):
    """What such a command has besides its own fields."""

    texts: dict[str, str]
    expected_version: int
    effective_date: str
    reason_code: Code


def besides(
    request: OnAccount,
    reason_codes: tuple[str, ...] | None = None,
    *,
    reason_optional: bool = False,
    **free_texts: str,
) -> Besides:
    """Read it, in the order in which it is checked: texts, version, date, reason code.

    `reason_codes` is the list from which the code must be; None: there is no list. An
    optional code that is left out stays empty, else it counts as `other`.
    """
    check = check_given if reason_optional else check_reason
    return Besides(
        texts=texts(**free_texts),
        expected_version=expected_version(request.expected_version),
        effective_date=calendar_date("effective_date", request.effective_date),
        reason_code=code("reason_code", request.reason_code)
        if reason_codes is None
        else check(Code(request.reason_code) if request.reason_code else NO_CODE, reason_codes),
    )


def count(field: str, value: int, *, least: int, most: int) -> int:
    """Read a whole number within bounds."""
    if not least <= value <= most:
        raise invalid(field, f"must be from {least} to {most}.")
    return value


def expected_version(value: int) -> int:
    """Read the version that the caller saw; 0: any."""
    return count("expected_version", value, least=0, most=2**62)


def annual_rate(field: str, value: str) -> int:
    """Read a yearly rate in per cent, at most four decimals, as parts per million; "": none."""
    if not value:
        return 0
    if _RATE.fullmatch(value) is None:
        raise invalid(field, "must be per cent a year like 12.5: at most 100, four decimals.")
    whole, _, places = value.partition(".")
    return count(field, int(whole) * 10_000 + int(places.ljust(4, "0")), least=0, most=1_000_000)


def roles(values: Iterable[str]) -> tuple[Code, ...]:
    """Read roles: at least one, each known; in a fixed order, each once."""
    given = set(values)
    if not given or not given <= set(ROLES):
        raise invalid("roles", f"must be one or more of {', '.join(ROLES)}.")
    return tuple(Code(role) for role in ROLES if role in given)


def limits(values: Mapping[str, str]) -> dict[str, Money]:
    """Read limits by kind."""
    if not set(values) <= set(KINDS):
        raise invalid("limits", f"must be named {', '.join(KINDS)}.")
    return {
        kind: parse_amount(f"limits.{kind}", values[kind], zero_allowed=True)
        for kind in sorted(values)
    }
