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
    """Give the tokens of everything in the texts that may be a reference, at most 1,000.

    That is each value whole, each word in it, and its digits alone (of a phone number). Of a
    text that is JSON the values count, not the names of its fields.
    """
    found: dict[str, None] = {}
    for text in texts:
        for value in _values(text):
            for each in (value, *_WORD.findall(value), _digits(value)):
                normal = each.strip().casefold()
                if len(normal) in LENGTHS and len(found) < TOKENS_MAX:
                    found[normal] = None
    return [token(key, each) for each in found]


def _values(text: str) -> list[str]:
    """Give the scalars of a JSON text; of any other text, itself."""
    try:
        waiting: list[object] = [msgspec.json.decode(text)]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return [text]
    scalars = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif value is not None and not isinstance(value, bool):
            scalars.append(str(value))
    return scalars


def _digits(value: str) -> str:
    digits = _NOT_DIGITS.sub("", value)
    return digits if len(digits) >= DIGITS_MIN else ""
