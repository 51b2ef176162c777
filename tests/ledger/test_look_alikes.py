"""Who is written with look-alikes is the same person, over all of Unicode's own table."""

import string
from typing import Any, Final

import pytest
from confusable_homoglyphs.confusables import confusables_data

from ledger.domain.identity import skeletons
from tests.builders import LedgerProcess, new_id
from tests.ledger.approvers import approver, ask, person, refused, write_off

_TABLE: Final = [
    (letter, alias["c"])
    for letter in string.ascii_letters + string.digits
    for alias in confusables_data.get(letter, ())
]
_NOT_IN_THE_TABLE: Final = [*zip("kKbtmhnb", "кКƅтмнпв", strict=True), ("l", "ł"), ("o", "ø")]


@pytest.mark.parametrize(
    ("mark", "asking", "deciding"),
    [
        ("email", "carl", "\u03f2arl"),
        ("email", "kim", "\u043aim"),
        ("email", "bob", "\u0185ob"),
        ("person_id", "C100", "\u03f9100"),
    ],
)
def test_a_look_alike_of_who_asked_does_not_decide_it(
    ledger: LedgerProcess, mark: str, asking: str, deciding: str
) -> None:
    """Nobody approves their own request under a name that only looks like theirs."""
    rest = f".{new_id('x')}" + ("@example.com" if mark == "email" else "")
    first: dict[str, Any] = {mark: asking + rest}
    second: dict[str, Any] = {mark: deciding + rest}
    one, two = person(ledger, "support", **first), approver(ledger, **second)
    request_id = ask(one, write_off(ledger.system.active_loan())).request_id
    assert refused(two.approve, request_id).reason == "OWN_REQUEST"


def test_every_look_alike_of_a_letter_or_digit_is_the_same_person() -> None:
    """Wherever it stands, and beside one that only another reading sees through."""
    names = (("{}.lee", "{}.lee"), ("le{}.ann", "le{}.ann"), ("ann.{}c", "ann.{}\u03f2"))
    escaped = [
        (plain, other)
        for plain, other in _TABLE + _NOT_IN_THE_TABLE
        for name, seen in names
        if skeletons(name.format(plain)).isdisjoint(skeletons(seen.format(other)))
    ]
    assert len(_TABLE) > 1_300
    assert escaped == []
