"""Whatever is done to the journal behind the ledger's back, the walk finds it and says where."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.journal import Entry
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.audit import Audit, Verified
from ledger.proof.chain import GENESIS, Broken, entry_hash
from ledger.proof.escrow import EscrowFile
from ledger.proof.heads import HeadSigner
from ledger.proof.tree import Frontier
from ledger.settings import Settings
from proto.values import Instant
from tests.builders import LedgerProcess

K = 100
"""The entry that is tampered with."""
TABLES = ("entries", "answers", "names", "signed_heads", "subtrees")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped ledger's folder with some hundreds of entries, and an old copy of its journal."""
    folder = tmp_path_factory.mktemp("tampering")
    with LedgerProcess(folder) as ledger, ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            ledger.system.active_loan()
        ledger.stop()
        shutil.copytree(folder / "ledger", folder / "old")
        ledger.start()
        for each in [pool.submit(ledger.system.active_loan) for _ in range(60)]:
            each.result()
    return folder


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    """The test's own copy of it."""
    return shutil.copytree(kept, tmp_path / "copy")


def _settings(folder: Path) -> Settings:
    return Settings.from_environment({"DATA_DIR": str(folder)})


def walk(folder: Path) -> Verified:
    """Walk a folder's journal."""
    settings = _settings(folder)
    with closing(SqliteJournal(settings.journal_path)) as journal:
        audit = Audit(journal, EscrowFile(settings.escrow_path), settings.ledger_public_keys())
        position = 0
        while entries := journal.read(position, 100):
            for entry in entries:
                audit.add(entry)
            position += len(entries)
            if entries[-1].position != position:
                break  # the audit has raised before
        return audit.finish()


def broken(folder: Path) -> Broken:
    """Walk a folder's journal and give what was found."""
    with pytest.raises(Broken) as found:
        walk(folder)
    return found.value


@contextmanager
def forging(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as somebody does who has it: without our program, without triggers."""
    with closing(sqlite3.connect(_settings(folder).journal_path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        connection.commit()


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
    with closing(SqliteJournal(_settings(folder).journal_path)) as journal:
        last = journal.read(size - 1, 1)[0]
    forged = msgspec.structs.replace(
        last, position=size + 1, subject_id="LA-forged", version=1, prev=last.hash
    )
    with forging(folder) as connection:
        _insert(connection, msgspec.structs.replace(forged, hash=entry_hash(forged)))
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


def _a_signed_size(folder: Path) -> int:
    with closing(SqliteJournal(_settings(folder).journal_path)) as journal:
        return journal.signed_heads(K, 1)[0].size


def test_a_tail_cut_off_is_found_by_the_signed_head(folder: Path) -> None:
    """The head says how many there were."""
    with forging(folder) as journal:
        journal.execute("DELETE FROM entries WHERE position > ?", (K,))
    assert broken(folder).position == K + 1


def test_a_tail_cut_off_with_its_heads_is_found_by_escrow(folder: Path) -> None:
    """Nothing in the journal itself is wrong any more."""
    size = _a_signed_size(folder)
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
    with closing(SqliteJournal(_settings(folder).journal_path)) as journal:
        assert found.position == journal.head().position + 1
    assert "rolled back" in str(found)


def _insert(connection: sqlite3.Connection, entry: Entry) -> None:
    values = msgspec.structs.astuple(entry)
    connection.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608


def _replace_everything(folder: Path, signer: HeadSigner | None) -> None:
    """Change entry K and make every hash, root and, with a key, signature anew."""
    with closing(SqliteJournal(_settings(folder).journal_path)) as journal:
        entries, heads = journal.read(0, 10_000), journal.signed_heads(0, 10_000)
    with forging(folder) as connection:
        for table in ("entries", "signed_heads", "subtrees"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
        prev, frontier, roots = GENESIS, Frontier(), {}
        for entry in entries:
            actor = "somebody" if entry.position == K else entry.actor
            changed = msgspec.structs.replace(entry, actor=actor, prev=prev)
            prev = entry_hash(changed)
            _insert(connection, msgspec.structs.replace(changed, hash=prev))
            frontier, kept = frontier.extended([bytes.fromhex(prev)])
            roots[entry.position] = frontier.root()
            for part in kept:
                connection.execute(
                    "INSERT INTO subtrees VALUES (?, ?, ?)", msgspec.structs.astuple(part)
                )
        for head in heads:
            forged = msgspec.structs.replace(head, root=roots[head.size])
            if signer is not None:
                at = Instant.parse(head.signed_at)
                forged = signer.signed(head.size, roots[head.size], at)
            connection.execute(
                "INSERT INTO signed_heads VALUES (?, ?, ?, ?, ?)", msgspec.structs.astuple(forged)
            )


@pytest.mark.parametrize("is_stolen", [False, True])
def test_everything_replaced_with_all_hashes_anew_is_found_by_escrow(
    folder: Path,
    is_stolen: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """Even by who holds the ledger's own key; the place is what was signed together with K."""
    signer = HeadSigner(_settings(folder).ledger_key()) if is_stolen else None
    with closing(SqliteJournal(_settings(folder).journal_path)) as journal:
        before = max(head.size for head in journal.signed_heads(0, 10_000) if head.size < K)
    _replace_everything(folder, signer)
    found = broken(folder)
    assert (found.position, "escrow" in str(found)) == (before + 1, True)


@pytest.mark.parametrize("way", ["none", "another"])
def test_everything_replaced_is_found_without_escrow_too_unless_the_key_is_stolen(
    folder: Path, way: str
) -> None:
    """The signatures alone refuse it."""
    signer = HeadSigner(Ed25519PrivateKey.generate()) if way == "another" else None
    _replace_everything(folder, signer)
    _settings(folder).escrow_path.unlink()
    found = str(broken(folder))
    assert "unknown key" in found or "signature" in found


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", "size + 100000"),
        ("root", "zeroblob(32)"),
        ("signed_at", "'2020-01-01T00:00:00.000000Z'"),
        ("key_id", "'somebody'"),
        ("signature", "zeroblob(64)"),
    ],
)
def test_a_changed_head_is_found(folder: Path, column: str, value: str) -> None:
    """Whichever column it is; also without escrow."""
    size = _a_signed_size(folder)
    with forging(folder) as journal:
        journal.execute(f"UPDATE signed_heads SET {column} = {value} WHERE size = {size}")  # noqa: S608
    assert broken(folder).position <= size
    if column != "size":
        _settings(folder).escrow_path.unlink()
        assert broken(folder).position <= size


def test_a_deleted_head_is_found_by_escrow(folder: Path) -> None:
    """The entries that it covers stand; that it was signed shall not be denied."""
    size = _a_signed_size(folder)
    with forging(folder) as journal:
        journal.execute("DELETE FROM signed_heads WHERE size = ?", (size,))
    assert broken(folder).position == size


def test_a_changed_part_of_the_tree_is_found(folder: Path) -> None:
    """Proofs are made from it."""
    with forging(folder) as journal:
        journal.execute("UPDATE subtrees SET hash = zeroblob(32) WHERE level = 8 AND place = 0")
    assert broken(folder).position == 256


def _lines(folder: Path) -> list[bytes]:
    return _settings(folder).escrow_path.read_bytes().splitlines(keepends=True)


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
    _settings(folder).escrow_path.write_bytes(b"".join(spoil(_lines(folder))))
    broken(folder)


def test_heads_that_escrow_lacks_after_a_crash_are_told_apart_and_brought_at_the_start(
    folder: Path,
) -> None:
    """The process died between commit and escrow, in the middle of a line."""
    lines = _lines(folder)
    _settings(folder).escrow_path.write_bytes(b"".join(lines[:-3]) + lines[-3][:40])
    assert walk(folder).not_in_escrow == 3
    with LedgerProcess(folder):
        pass
    assert _lines(folder) == lines
    assert walk(folder).not_in_escrow == 0


@pytest.mark.parametrize("way", ["old copy", "replaced", "last entry"])
def test_a_ledger_does_not_start_on_a_journal_that_is_not_the_signed_one(
    folder: Path, way: str
) -> None:
    """It would go on from what was forged."""
    if way == "old copy":
        shutil.rmtree(folder / "ledger")
        (folder / "old").rename(folder / "ledger")
    elif way == "replaced":
        _replace_everything(folder, HeadSigner(_settings(folder).ledger_key()))
    else:
        with forging(folder) as journal:
            journal.execute(
                "DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)"
            )
    with pytest.raises(AssertionError, match="ledger: the journal"):
        LedgerProcess(folder).start()


def test_every_table_is_thought_of(folder: Path) -> None:
    """A new one is either proven or, as answers and names are, no part of the proof."""
    with forging(folder) as journal:
        tables = journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == set(TABLES)
