"""Who is the same person: what two sign-ins are compared by before one decides the other's.

Unicode's own table of look-alikes (UTS 39) is read from the library; a Cyrillic letter,
a digit or full-width form in a name makes no other person of its bearer, nor does a stroke
or hook. What is close is taken as the same: a colleague who is held back wrongly asks
another approver.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from confusable_homoglyphs.confusables import confusables_data

from ledger.domain.staff import Staff

_IGNORED: Final = re.compile(r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
_IGNORED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})
_NOT_IN_THE_TABLE: Final = tuple(zip("bbhkmnt", "ƅвнкмпт", strict=True))
"""Letters that are told from ours by their height alone."""
_MAIL: Final = re.compile(r"([^@+]+)(?:\+[^@]*)?@(.+)")


@cache
def _prototypes() -> dict[int, str]:
    """Give one character for all that look alike, for each that has any; case matters here."""
    leader: dict[str, str] = {}

    def find(char: str) -> str:
        while leader.setdefault(char, char) != char:
            char = leader[char]
        return char

    table = ((char, each["c"]) for char, aliases in confusables_data.items() for each in aliases)
    for pair in (*table, *_NOT_IN_THE_TABLE):
        ours, other = (find(_bare(each) or each) for each in pair)
        leader[max(ours, other, key=_rank)] = min(ours, other, key=_rank)
    single = (char for char in tuple(leader) if len(char) == 1)
    return {ord(char): find(char) for char in single if find(char) != char}


def _rank(char: str) -> tuple[bool, int, bool, str]:
    """Prefer plain letters, then short ones, then small ones."""
    return (not char.isascii(), len(char), char.casefold() != char, char)


@lru_cache(maxsize=4_096)
def skeletons(text: str) -> frozenset[str]:
    """Give a text without what the eye does not tell apart: case, width, spaces, look-alikes.

    There are several of it: a letter may look like another as a capital or as a small one,
    and like another than what Unicode takes it for (a lunate sigma is a sigma, and looks like c).
    """
    looked_at = unicodedata.normalize("NFD", text).translate(_prototypes())
    return frozenset(each for seen in (text, looked_at) for each in _cases(seen)) - {""}


def _cases(text: str) -> tuple[str, str]:
    bare = _bare(unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)))
    small = bare.casefold().translate(_prototypes()).casefold()
    as_written = bare.translate(_prototypes()).casefold().translate(_prototypes())
    return _joined(small), _joined(as_written)


def _bare(text: str) -> str:
    """Leave out what is not seen, and marks above, below or across a letter."""
    seen = (each for each in text if unicodedata.category(each) not in _IGNORED_CATEGORIES)
    return _IGNORED.sub("", "".join(seen))


def _joined(text: str) -> str:
    """Take together what only looks alike beside its neighbour, or in a poor font."""
    return text.replace("rn", "m").replace("vv", "w").replace("0", "o")


def marks_of(staff: Staff) -> frozenset[str]:
    """Give all by which somebody may be known: staff id, username, e-mail, person.

    Of an e-mail address what stands behind a plus leads to the same letter box.
    """
    mail = _MAIL.sub(r"\1@\2", staff.email)
    marks = (staff.staff_id, staff.username, staff.person_id, mail)
    return frozenset().union(*(skeletons(mark) for mark in marks))


def sign_ins_of(staff: Staff, everybody: Iterable[Staff]) -> frozenset[str]:
    """Give the staff ids of the same person, also over a third sign-in, and disabled ones."""
    others = {each.staff_id: each for each in everybody}
    others[staff.staff_id] = staff
    found, marks = {staff.staff_id}, set(marks_of(staff))
    grown = True
    while grown:
        more = [
            each
            for each in others.values()
            if each.staff_id not in found and not marks.isdisjoint(marks_of(each))
        ]
        grown = bool(more)
        for each in more:
            found.add(each.staff_id)
            marks |= marks_of(each)
    return frozenset(found)


def sign_ins_under(staff_id: str, everybody: Iterable[Staff]) -> frozenset[str]:
    """Give the staff ids of whoever has this one; of who is no staff, that one alone."""
    every = list(everybody)
    staff = next((each for each in every if each.staff_id == staff_id), None)
    return sign_ins_of(staff, every) if staff else frozenset({staff_id})


def act_for_each_other(
    one: frozenset[str], other: frozenset[str], everybody: Iterable[Staff]
) -> bool:
    """Tell whether a person of some sign-ins works on behalf of the other, or the reverse."""
    for staff in everybody:
        for mine, theirs in ((one, other), (other, one)):
            if staff.staff_id in mine and not theirs.isdisjoint(staff.acts_for):
                return True
    return False
