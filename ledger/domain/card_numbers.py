"""No card number enters the books: runs of digits are checked by Luhn's rule."""

import re
from typing import Final

_DIGITS_MIN: Final = 13
_DIGITS_MAX: Final = 19
_RUN: Final = re.compile(r"\d(?:[ -]?\d)+")


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds a run of 13-19 digits that is valid by Luhn's check.

    Single spaces and hyphens inside a run do not hide it.
    """
    for run in _RUN.findall(text):
        digits = [int(character) for character in run if character.isdigit()]
        if _DIGITS_MIN <= len(digits) <= _DIGITS_MAX and _is_valid(digits):
            return True
    return False


def _is_valid(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
