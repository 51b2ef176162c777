"""No card number enters the books: runs of digits are checked by Luhn's rule."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_DIGITS_MIN: Final = 13
_DIGITS_MAX: Final = 19
_DIGIT: Final = re.compile(r"\d")
_GROUP: Final = re.compile(r"\d+")
_RUN: Final = re.compile(r"\d+(?:[\s._\u2010-\u2015\u2212-]{1,2}\d+)*")
_PARTED_RUN: Final = re.compile(r"\d+(?:[\W_]{1,3}\d+)+")
_WIDE: Final = r"[\W_]{1,12}"
_SINGLE_DIGITS: Final = re.compile(rf"(?<!\d)\d(?:{_WIDE}\d(?!\d)){{12,}}")
_SPREAD: Final = re.compile(
    rf"(?<!\d)(?=([2-6]\d{{3}}(?:(?:{_WIDE}\d{{4}}){{3}}|{_WIDE}\d{{6}}{_WIDE}\d{{4,5}})(?!\d)))"
)
"""Far apart, only groups of the very lengths that cards have are taken for one."""
_PRINTED_GROUP_MIN: Final = 3
_CARDS_BEGIN_WITH: Final = "23456"
_REQUEST_NUMBER: Final = re.compile(r"\b[A-Z]{2}-20\d{12}-[0-9A-F]{4}\b")
"""Our own, `WO-20251115000100-7F3A`: one in six would pass for a card; no card begins with 20."""


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds a run of 13-19 digits that is valid by Luhn's check.

    White space, hyphens and dots inside a run do not hide it, nor does an expiry date or
    another number beside it. In groups as cards have them, or digit by digit, no signs
    between them do. The number of a request is none.
    """
    text = _REQUEST_NUMBER.sub("request", _shown(text))
    if len(_DIGIT.findall(text)) < _DIGITS_MIN:
        return False
    whole = (_groups(run) for run in _RUN.findall(text))
    parted = (_groups(run) for run in _PARTED_RUN.findall(text))
    single = (_groups(run) for run in _SINGLE_DIGITS.findall(text))
    found = (
        *(number for groups in whole for number in (*groups, "".join(groups))),
        *(number for groups in parted for number in _as_printed(groups)),
        *("".join(_groups(run)) for run in _SPREAD.findall(text)),
        *(number for digits in single for number in _digit_by_digit(digits)),
    )
    return any(map(_is_valid, found))


def _shown(text: str) -> str:
    """Give a text as it is read: without what has no width, and with plain digits."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if unicodedata.category(each) != "Cf")


def _groups(run: str) -> list[str]:
    return [_digits(group) for group in _GROUP.findall(run)]


def _digits(group: str) -> str:
    """Write digits of any script in ours."""
    return "".join(str(int(character)) for character in group)


def _as_printed(groups: list[str]) -> Iterator[str]:
    """Give what may be a card within a longer run: neighbours, in groups as cards have them."""
    for first, group in enumerate(groups):
        number = ""
        for each in groups[first:] if group[0] in _CARDS_BEGIN_WITH else ():
            number += each
            if len(each) < _PRINTED_GROUP_MIN or len(number) > _DIGITS_MAX:
                break
            yield number


def _digit_by_digit(digits: list[str]) -> Iterator[str]:
    """Give what may be a card within single digits."""
    for first, digit in enumerate(digits):
        for length in range(_DIGITS_MIN, _DIGITS_MAX + 1) if digit in _CARDS_BEGIN_WITH else ():
            yield "".join(digits[first : first + length])


def _is_valid(number: str) -> bool:
    if not _DIGITS_MIN <= len(number) <= _DIGITS_MAX:
        return False
    digits = [int(character) for character in number]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
