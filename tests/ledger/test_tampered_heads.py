"""The signed heads themselves, and those in escrow, are found when they were tampered with."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from ledger.proof.heads import HeadSigner
from ledger.verification.command import WRONG, verify
from tests.builders import LedgerProcess
from tests.ledger.forging import (
    broken,
    forging,
    replace_everything,
    settings_of,
    signed_size,
    walk,
)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", "size + 100000"),
        ("root", "zeroblob(32)"),
        ("signed_at", "'2020-01-01T00:00:00.000000Z'"),
        ("key_id", "'somebody'"),
        ("signature", "zeroblob(64)"),
        ("answers_digest", "zeroblob(32)"),
        ("answers_digest", "x''"),
        ("answers_signature", "zeroblob(64)"),
    ],
)
def test_a_changed_head_is_found(folder: Path, column: str, value: str) -> None:
    """Whichever column it is; also without escrow."""
    size = signed_size(folder)
    with forging(folder) as journal:
        journal.execute(f"UPDATE signed_heads SET {column} = {value} WHERE size = {size}")  # noqa: S608
    assert broken(folder).position <= size
    if column != "size":
        settings_of(folder).escrow_path.unlink()
        assert broken(folder).position <= size


def test_a_deleted_head_is_found_by_escrow(folder: Path) -> None:
    """The entries that it covers stand; that it was signed shall not be denied."""
    size = signed_size(folder)
    with forging(folder) as journal:
        journal.execute("DELETE FROM signed_heads WHERE size = ?", (size,))
    assert broken(folder).position == size


def test_a_changed_part_of_the_tree_is_found(folder: Path) -> None:
    """Proofs are made from it."""
    with forging(folder) as journal:
        journal.execute("UPDATE subtrees SET hash = zeroblob(32) WHERE level = 8 AND place = 0")
    assert broken(folder).position == 256


def _lines(folder: Path) -> list[bytes]:
    return settings_of(folder).escrow_path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        lambda lines: [*lines[:3], lines[3].replace(b'"root":"', b'"root":"00'), *lines[4:]],
    ],
)
def test_a_spoiled_escrow_file_is_found(
    folder: Path, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    """A head taken out of its middle, swapped, changed."""
    settings_of(folder).escrow_path.write_bytes(b"".join(spoil(_lines(folder))))
    broken(folder)


def test_heads_that_escrow_lacks_after_a_crash_are_told_apart_and_brought_at_the_start(
    folder: Path,
) -> None:
    """The process died between commit and escrow, in the middle of a line."""
    lines = _lines(folder)
    settings_of(folder).escrow_path.write_bytes(b"".join(lines[:-3]) + lines[-3][:40])
    assert walk(folder).not_in_escrow == 3
    with LedgerProcess(folder):
        pass
    assert _lines(folder) == lines
    assert walk(folder).not_in_escrow == 0


_LAST: Final = "(SELECT max(position) FROM entries)"
_CHANGES: Final = {
    "last entry": f"DELETE FROM entries WHERE position = {_LAST}",  # noqa: S608
    "last hash": f"UPDATE entries SET hash = prev WHERE position = {_LAST}",  # noqa: S608
    "part of the tree": "UPDATE subtrees SET hash = zeroblob(32) WHERE level = 8 AND place = 0",
}


@pytest.mark.parametrize("way", ["old copy", "replaced", *_CHANGES])
def test_a_ledger_does_not_start_on_a_journal_that_is_not_the_signed_one(
    folder: Path, way: str
) -> None:
    """It would go on from what was forged."""
    if way == "old copy":
        shutil.rmtree(folder / "ledger")
        (folder / "old").rename(folder / "ledger")
    elif way == "replaced":
        replace_everything(folder, HeadSigner(settings_of(folder).ledger_key()))
    else:
        with forging(folder) as journal:
            journal.execute(_CHANGES[way])
    with pytest.raises(AssertionError, match="ledger: the journal"):
        LedgerProcess(folder).start()


@pytest.mark.parametrize("first", [1, 2])
def test_a_head_that_covers_more_than_is_there_is_named_by_verify(folder: Path, first: int) -> None:
    """The tail was cut off, in escrow too, or the head was made up; nothing else is wrong."""
    settings = settings_of(folder)
    _, told = verify(settings, first, tell=lambda _line: None)
    assert told.startswith("RIGHT")
    with forging(folder) as journal:
        (size,) = journal.execute("SELECT max(position) FROM entries").fetchone()
        journal.execute(
            "INSERT INTO signed_heads SELECT size + 1, root, signed_at, key_id, signature, "
            "answers_digest, answers_signature FROM signed_heads WHERE size = ?",
            (size,),
        )
    status, told = verify(settings, first, tell=lambda _line: None)
    assert (status, f"covers {size + 1} entries" in told) == (WRONG, True), told
