"""No card number enters the books: runs of digits are checked by Luhn's rule."""

import re
from collections.abc import Iterator
from typing import Final

_DIGITS_MIN: Final = 13
_DIGITS_MAX: Final = 19
_GROUP: Final = re.compile(r"\d+")
_RUN: Final = re.compile(r"\d+(?:[\s._\u2010-\u2015-]{1,2}\d+)*")
_PRINTED_GROUP_MIN: Final = 3
_CARDS_BEGIN_WITH: Final = "23456"


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds a run of 13-19 digits that is valid by Luhn's check.

    White space, hyphens and dots inside a run do not hide it, nor does an expiry date or
    another number beside it.
    """
    for run in _RUN.findall(text):
        groups = [_digits(group) for group in _GROUP.findall(run)]
        if any(map(_is_valid, (*groups, "".join(groups), *_as_printed(groups)))):
            return True
    return False


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


def _is_valid(number: str) -> bool:
    if not _DIGITS_MIN <= len(number) <= _DIGITS_MAX:
        return False
    digits = [int(character) for character in number]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
