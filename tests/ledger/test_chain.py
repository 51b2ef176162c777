"""The hash chain by itself: what was changed without making the hashes anew."""

from collections.abc import Callable

import msgspec
import pytest

from ledger.journal import Entry, Head
from ledger.proof.chain import GENESIS, Broken, verify
from tests.ledger.journal_entries import chained, history


def test_the_chain_verifies_from_the_first_entry() -> None:
    """I7: one head per position."""
    entries = history("LA-1", "LA-2", "LA-1")
    assert verify(entries) == (3, entries[-1].hash)
    assert verify(()) == (0, GENESIS)


@pytest.mark.parametrize(
    ("tampered", "position"),
    [
        (lambda e: [e[0], msgspec.structs.replace(e[1], body=b'{"a":1}'), e[2]], 2),
        (lambda e: [e[0], msgspec.structs.replace(e[1], actor="another"), e[2]], 2),
        (lambda e: [e[0], msgspec.structs.replace(e[1], recorded_at="2020"), e[2]], 2),
        (lambda e: [e[0], e[2]], 2),
        (lambda e: [e[1], e[0], e[2]], 1),
        (lambda e: [e[0], e[1], e[1], e[2]], 3),
        (lambda e: [e[0], chained(Head(1, e[0].hash), "LA-1", 3), e[2]], 2),
        (lambda e: [chained(Head(0, GENESIS), "LA-1", 1, b"[]"), e[1], e[2]], 2),
    ],
)
def test_a_tampered_journal_is_found_and_the_place_named(
    tampered: Callable[[tuple[Entry, ...]], list[Entry]], position: int
) -> None:
    """Changed, deleted, swapped, repeated, of a wrong version, re-hashed: each is found."""
    with pytest.raises(Broken) as broken:
        verify(tampered(history("LA-1", "LA-2", "LA-1")))
    assert broken.value.position == position
