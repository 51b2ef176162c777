"""What is wrong with an amount that somebody typed, and how it is written instead."""

import re
from typing import Final

from dashboard.formats import MINUS, money, typed_change, typed_money
from proto.values import CENTS_MAX, Money

ABOVE_ZERO: Final = "more than zero, like 10.00."
_PLACES: Final = re.compile(r"[0-9,]*\.[0-9]{3,}", re.ASCII)
_COMMAS: Final = re.compile(r"[0-9]+(,[0-9]*)+(\.[0-9]*)?", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9,]+(\.[0-9]*)?", re.ASCII)
_WITHOUT_SIGN: Final = re.compile(r"^(?:A?\$)?\s*")


def amount_fault(label: str, typed: str) -> str:
    """Name the field, what is wrong with it and how to write it; empty where nothing is.

    An empty field is not wrong yet.
    """
    if not typed.strip() or typed_money(typed) is not None:
        return ""
    text = typed.strip().replace(MINUS, "-")
    if text.startswith("-"):
        return f"{label}: {ABOVE_ZERO} Leave the minus out."
    return f"{label}: {_fault(text)}"


def limit_fault(label: str, typed: str) -> str:
    """Tell the same of an amount that may also be zero."""
    return "" if typed_change(typed) == 0 else amount_fault(label, typed)


def change_fault(label: str, typed: str) -> str:
    """Tell the same of a change, which may be zero or below it."""
    if not typed.strip() or typed_change(typed) is not None:
        return ""
    return f"{label}: {_fault(typed.strip().replace(MINUS, '-').lstrip('+-'))}"


def _fault(text: str) -> str:
    """Say what is wrong with a text that is no amount, its sign apart."""
    text = _WITHOUT_SIGN.sub("", text)
    if any(each.isdecimal() and not each.isascii() for each in text):
        return "only the digits 0 to 9, like 10.00."
    if _PLACES.fullmatch(text):
        return "not more than two decimals, like 10.00."
    if typed_change(text) == 0:
        return ABOVE_ZERO
    if _COMMAS.fullmatch(text) and not _is_grouped(text):
        return "commas only between thousands, like 1,250.00; cents follow a point."
    if _DIGITS.fullmatch(text):
        return f"at most {money(Money(CENTS_MAX - 1))}."
    return "only digits and a point, like 1250.00: no words, no powers of ten."


def _is_grouped(text: str) -> bool:
    """Tell whether the commas stand between thousands."""
    first, *groups = text.partition(".")[0].split(",")
    return 1 <= len(first) <= len("999") and all(len(each) == len("999") for each in groups)
