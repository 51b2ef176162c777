"""How closely a hit fits what was typed: whole words before longer ones, always the same way."""

from typing import Final

from dashboard.queries.declared import Stored
from proto.search_keys import fold

FAR: Final = 1_000
"""Farther than any word is long: the hit was found by something else, its number say."""


FIELDS: Final = ("_id", "emailAddress", "applicationNumber", "paymentReference")
"""What a hit may have been found by, beside the words of its name and its number."""


def closeness(row: Stored, typed: str) -> tuple[int, str, str]:
    """Give the order of a hit among those that one look found.

    `mith` finds John Smith before Johanna Smithers, for fewer letters are left over.
    """
    name = fold(str(row.get("fullName") or row.get("accountNumber") or ""))
    words = [*name.split(), *(fold(str(row.get(field) or "")) for field in FIELDS)]
    left_over = sum(_left_over(part, words) for part in fold(typed).split())
    return left_over, name, str(row["_id"])


def _left_over(part: str, words: list[str]) -> int:
    return min((len(word) - len(part) for word in words if part in word), default=FAR)
