"""Turns references into tokens by which sealed text can be found and not be read.

A token is a keyed hash: who has the key can look for a reference that they know; who has
only the tokens can neither read nor guess.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

import msgspec

KEY_FILE: Final = "search-tokens.key"
TOKEN_BYTES: Final = 10
TOKENS_MAX: Final = 1_000
LENGTHS: Final = range(3, 81)
DIGITS_MIN: Final = 6

_WORD: Final = re.compile(r"\w[\w@.+:/-]*\w")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")


def token(key: bytes, reference: str) -> bytes:
    """Give the token of one reference; case and the space around it do not count."""
    normal = reference.strip().casefold()
    return hmac.digest(key, normal.encode(errors="replace"), hashlib.sha256)[:TOKEN_BYTES]


def tokens(key: bytes, texts: Iterable[str]) -> list[bytes]:
    """Give the tokens of what in the texts may be a reference: the first 1,000 found.

    That is each value whole, each word in it, and its digits alone (of a phone number), of 3
    to 80 characters. Of a text that is JSON the values count, not the names of its fields.
    The short texts come first, and in JSON the outer values before those further inside, so
    that what names an entry is not crowded out by a long list in it.
    """
    found: dict[str, None] = {}
    for text in sorted(texts, key=len):
        for value in _values(text):
            for each in (value, *_WORD.findall(value), _digits(value)):
                normal = each.strip().casefold()
                if len(normal) in LENGTHS and len(found) < TOKENS_MAX:
                    found[normal] = None
    return [token(key, each) for each in found]


def _values(text: str) -> list[str]:
    """Give the scalars of a JSON text, level by level, short ones first; of others, itself."""
    try:
        level: list[object] = [msgspec.json.decode(text)]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return [text]
    scalars: list[str] = []
    while level:
        here, inside = [], list[object]()
        for value in level:
            if isinstance(value, dict):
                inside += value.values()
            elif isinstance(value, list):
                inside += value
            elif value is not None and not isinstance(value, bool):
                here.append(_written(value))
        scalars += sorted(here, key=len)
        level = inside
    return scalars


def _written(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of thousands of digits; none is a reference
        return ""


def _digits(value: str) -> str:
    digits = _NOT_DIGITS.sub("", value)
    return digits if len(digits) >= DIGITS_MIN else ""
