"""How names, e-mail addresses and telephone numbers are written for search.

The projector stores these forms and the desk looks for them: one place, or nothing is
found. Everything here is pure.
"""

import re
import unicodedata
from typing import Final

from proto.documents import SearchKeys

GRAM_LETTERS_MIN: Final = 3
GRAM_LETTERS_MAX: Final = 8
"""So many letters are rare enough: a thousand customers of a million have three in common."""

GRAMS_MAX: Final = 200
TURN_LETTERS_MAX: Final = 60
_NOT_DIGITS: Final = re.compile(r"[^0-9]")
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u02bb\u2032\u00b4`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict(zip("øłđð", "oldd", strict=True)),
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Signs and letters that no decomposition makes the ones that people type."""


def fold(text: str) -> str:
    """Fold case, accents, width and white space: `  Zoë  O'Brien ` gives `zoe o'brien`.

    What keyboards write in several ways is written in one, and what nobody sees is left out.
    """
    alike = text.casefold().translate(_ALIKE)
    decomposed = unicodedata.normalize("NFKD", alike).casefold()
    # what was hidden in one sign with an accent, or in a small or wide one, comes out only now
    plain = "".join(each for each in decomposed.translate(_ALIKE) if not _is_unseen(each))
    return " ".join(plain.split())


def _is_unseen(letter: str) -> bool:
    """Tell a mark on another letter, or a sign that only steers how text is shown."""
    return bool(unicodedata.combining(letter)) or unicodedata.category(letter) == "Cf"


def national_digits(number: str) -> str:
    """Give an Australian number's national digits: `+61 412 345 678` gives `0412345678`."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", number))
    if digits.startswith("0061"):
        digits = digits[2:]
    if digits.startswith("61") and len(digits) >= len("61412345678"):
        digits = digits[2:]
        return digits if digits.startswith("0") else f"0{digits}"
    return digits


def grams(text: str) -> list[str]:
    """Give the distinct pieces of a folded text, sorted, at most 200.

    One begins at each letter and is three to eight letters long, so that whatever stands
    inside the text is the beginning of a piece.
    """
    folded = fold(text)
    begins = range(len(folded) - GRAM_LETTERS_MIN + 1)
    pieces = {folded[at : at + GRAM_LETTERS_MAX] for at in begins}
    return sorted(pieces)[:GRAMS_MAX]


def turns(folded_name: str) -> list[str]:
    """Give a name begun at each of its words, sorted: `mia chen` and `chen mia`."""
    words = folded_name.split()
    turned = (" ".join([*words[at:], *words[:at]]) for at in range(len(words)))
    return sorted({each[:TURN_LETTERS_MAX] for each in turned})


def customer_keys(
    customer_id: str, full_name: str | None, email: str | None, mobile: str | None
) -> SearchKeys:
    """Make a customer's search keys from the profile as it stands."""
    name = fold(full_name or "")
    address = fold(email or "")
    digits = national_digits(mobile or "")
    pieces = {*grams(name), *grams(address), *grams(customer_id)}
    return SearchKeys(
        name=name,
        words=turns(name),
        email=address,
        mobile=digits,
        mobile_reversed=digits[::-1],
        grams=sorted(pieces)[:GRAMS_MAX],
    )
