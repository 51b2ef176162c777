"""Whatever is done to the journal behind the ledger's back, the walk finds it and says where."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.journal import Entry
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.chain import entry_hash
from ledger.proof.heads import HeadSigner
from tests.ledger.forging import (
    K,
    broken,
    forging,
    insert_entry,
    replace_everything,
    settings_of,
    signed_size,
    walk,
)

TABLES: Final = ("entries", "answers", "names", "signed_heads", "subtrees")


def test_an_untouched_journal_verifies(folder: Path) -> None:
    """Every entry, every head, every head in escrow."""
    verified = walk(folder)
    assert verified.size > 256
    assert verified.heads == verified.escrowed > 5


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("position", "position + 100000"),
        ("subject_id", "'LA-another'"),
        ("version", "version + 1000"),
        ("event_type", "'account.closed.v1'"),
        ("recorded_at", "'2020-01-01T00:00:00.000000Z'"),
        ("actor", "'somebody'"),
        ("body", "CAST('{}' AS BLOB)"),
        ("hash", "'" + "0" * 64 + "'"),
        ("prev", "'" + "0" * 64 + "'"),
    ],
)
def test_a_changed_field_is_found_at_its_entry(folder: Path, column: str, value: str) -> None:
    """Whichever column it is."""
    with forging(folder) as journal:
        journal.execute(f"UPDATE entries SET {column} = {value} WHERE position = {K}")  # noqa: S608
    assert broken(folder).position == K


def test_every_column_of_an_entry_is_tried() -> None:
    """A new column needs a new case above."""
    assert len(Entry.__struct_fields__) == 9


def test_a_deleted_entry_is_found(folder: Path) -> None:
    """The place is the missing one."""
    with forging(folder) as journal:
        journal.execute("DELETE FROM entries WHERE position = ?", (K,))
    assert broken(folder).position == K


def test_an_inserted_entry_is_found(folder: Path) -> None:
    """In the middle, with all that follow moved on by one."""
    with forging(folder) as journal:
        journal.execute("UPDATE entries SET position = -position - 1 WHERE position >= ?", (K,))
        journal.execute("UPDATE entries SET position = -position WHERE position < 0")
        journal.execute(
            "INSERT INTO entries SELECT ?, 'LA-forged', 1, event_type, recorded_at, actor, body, "
            "hash, prev FROM entries WHERE position = 1",
            (K,),
        )
    assert broken(folder).position == K


def test_an_entry_added_at_the_end_is_found(folder: Path) -> None:
    """Well chained: but nobody signed it."""
    size = walk(folder).size
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        last = journal.read(size - 1, 1)[0]
    forged = msgspec.structs.replace(
        last, position=size + 1, subject_id="LA-forged", version=1, prev=last.hash
    )
    with forging(folder) as connection:
        insert_entry(connection, msgspec.structs.replace(forged, hash=entry_hash(forged)))
    found = broken(folder)
    assert (found.position, "no signed head" in str(found)) == (size + 1, True)


@pytest.mark.parametrize("columns", [("position",), ("body",), ("hash", "prev")])
def test_two_swapped_entries_are_found(folder: Path, columns: tuple[str, ...]) -> None:
    """Whole or in part."""
    names = ", ".join(columns)
    with forging(folder) as journal:
        sql = f"SELECT {names} FROM entries WHERE position = ?"  # noqa: S608 - our own columns
        one, other = (journal.execute(sql, (at,)).fetchone() for at in (K, K + 1))
        sets = ", ".join(f"{column} = ?" for column in columns)
        update = f"UPDATE entries SET {sets} WHERE position = ?"  # noqa: S608 - the same
        if columns == ("position",):
            journal.execute(update, (-1, K))
            journal.execute(update, (K, K + 1))
            journal.execute(update, (K + 1, -1))
        else:
            journal.execute(update, (*other, K))
            journal.execute(update, (*one, K + 1))
    assert broken(folder).position == K


def _cut(folder: Path, size: int) -> None:
    with forging(folder) as journal:
        journal.execute("DELETE FROM entries WHERE position > ?", (size,))
        journal.execute("DELETE FROM signed_heads WHERE size > ?", (size,))
        journal.execute("DELETE FROM answers WHERE position > ?", (size,))
        journal.execute("DELETE FROM subtrees")


def test_a_tail_cut_off_is_found_by_the_signed_head(folder: Path) -> None:
    """The head says how many there were."""
    with forging(folder) as journal:
        journal.execute("DELETE FROM entries WHERE position > ?", (K,))
    assert broken(folder).position == K + 1


def test_a_tail_cut_off_with_its_heads_is_found_by_escrow(folder: Path) -> None:
    """Nothing in the journal itself is wrong any more."""
    size = signed_size(folder)
    assert size < 256
    _cut(folder, size)
    found = broken(folder)
    assert found.position == size + 1
    assert "rolled back" in str(found)


def test_an_old_copy_put_back_is_found_by_escrow(folder: Path) -> None:
    """It was true once; the heads in escrow are newer."""
    shutil.rmtree(folder / "ledger")
    (folder / "old").rename(folder / "ledger")
    found = broken(folder)
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        assert found.position == journal.head().position + 1
    assert "rolled back" in str(found)


@pytest.mark.parametrize("is_stolen", [False, True])
def test_everything_replaced_with_all_hashes_anew_is_found_by_escrow(
    folder: Path,
    is_stolen: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """Even by who holds the ledger's own key; the place is what was signed together with K."""
    signer = HeadSigner(settings_of(folder).ledger_key()) if is_stolen else None
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        before = max(head.size for head in journal.signed_heads(0, 10_000) if head.size < K)
    replace_everything(folder, signer)
    found = broken(folder)
    assert (found.position, "escrow" in str(found)) == (before + 1, True)


@pytest.mark.parametrize("way", ["none", "another"])
def test_everything_replaced_is_found_without_escrow_too_unless_the_key_is_stolen(
    folder: Path, way: str
) -> None:
    """The signatures alone refuse it."""
    signer = HeadSigner(Ed25519PrivateKey.generate()) if way == "another" else None
    replace_everything(folder, signer)
    settings_of(folder).escrow_path.unlink()
    found = str(broken(folder))
    assert "unknown key" in found or "signature" in found


def test_every_table_is_thought_of(folder: Path) -> None:
    """A new one is either proven or, as answers and names are, no part of the proof."""
    with forging(folder) as journal:
        tables = journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == set(TABLES)
