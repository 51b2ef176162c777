"""One contract for every store of the journal."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.journal import (
    Answer,
    Entry,
    Group,
    Head,
    Journal,
    JournalFailed,
    SignedHead,
    Subtree,
    TakenName,
)
from ledger.journal.memory import MemoryJournal
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.chain import GENESIS, Broken, entry_hash, verify

Open = Callable[[], Journal]


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """An empty journal of each kind."""
    stores: dict[str, Open] = {
        "memory": MemoryJournal,
        "sqlite": lambda: SqliteJournal(tmp_path / "journal.db"),
    }
    store = stores[request.param]()
    yield store
    store.close()


def chained(head: Head, subject_id: str, version: int, body: bytes = b"{}") -> Entry:
    """Build the entry that comes after a head."""
    entry = Entry(
        position=head.position + 1,
        subject_id=subject_id,
        version=version,
        event_type="account.updated.v1",
        recorded_at="2026-01-01T00:00:00.000000Z",
        actor="system",
        body=body,
        hash="",
        prev=head.hash,
    )
    return msgspec.structs.replace(entry, hash=entry_hash(entry))


def history(*subjects: str, head: Head | None = None) -> tuple[Entry, ...]:
    """Build one entry after the other, for these subjects in turn."""
    head = head or Head(0, GENESIS)
    entries: list[Entry] = []
    for subject in subjects:
        version = 1 + sum(entry.subject_id == subject for entry in entries)
        entries.append(chained(head, subject, version))
        head = Head(entries[-1].position, entries[-1].hash)
    return tuple(entries)


def test_what_was_appended_is_read_in_order(journal: Journal) -> None:
    """By position, by subject, from anywhere, as stored."""
    entries = history("LA-1", "LA-2", "LA-1")
    journal.append(Group(entries=entries))
    assert journal.read(0, 10) == list(entries)
    assert journal.read(1, 1) == [entries[1]]
    assert journal.read_subject("LA-1", 0, 10) == [entries[0], entries[2]]
    assert journal.read_subject("LA-1", 1, 10) == [entries[2]]
    assert journal.read_subject("LA-3", 0, 10) == []
    assert journal.head() == Head(3, entries[2].hash)


def test_an_empty_journal_has_a_head(journal: Journal) -> None:
    """Position 0, and the hash that the first entry names."""
    assert journal.head() == Head(0, GENESIS)


def test_answers_and_names_come_with_their_entries(journal: Journal) -> None:
    """One group, one transaction."""
    answer = Answer(key="key-0001", request_hash=b"h", response=b"r", position=1)
    name = TakenName(kind="username", value="sarah", subject_id="staff:s1")
    journal.append(Group(entries=history("staff:s1"), answers=(answer,), names=(name,)))
    assert journal.answers(["key-0001", "key-0002"]) == {"key-0001": answer}
    assert journal.answers([]) == {}
    assert journal.subject_named("username", "sarah") == "staff:s1"
    assert journal.subject_named("username", "michael") is None


def signed(size: int) -> SignedHead:
    """Build the signed head of a size."""
    return SignedHead(
        size=size,
        root=bytes([size]) * 32,
        signed_at="2026-01-01T00:00:00.000000Z",
        key_id="key-1",
        signature=b"signature",
    )


def test_a_group_brings_its_signed_head(journal: Journal) -> None:
    """One head a group, found by its size, read from anywhere in order."""
    assert journal.last_signed_head() is None
    journal.append(Group(entries=history("LA-1", "LA-2"), signed_head=signed(2)))
    more = history("LA-3", head=journal.head())
    journal.append(Group(entries=more, signed_head=signed(3)))
    assert journal.last_signed_head() == signed(3)
    assert journal.signed_head(2) == signed(2)
    assert journal.signed_head(1) is None
    assert journal.signed_heads(0, 10) == [signed(2), signed(3)]
    assert journal.signed_heads(2, 10) == [signed(3)]
    assert journal.signed_heads(0, 1) == [signed(2)]
    assert journal.hashes(1, 10) == [entry.hash for entry in journal.read(1, 10)]
    assert journal.hashes(0, 1) == [journal.read(0, 1)[0].hash]


def test_parts_of_the_tree_come_with_their_entries(journal: Journal) -> None:
    """By level, from an index on."""
    parts = (Subtree(8, 0, b"a"), Subtree(8, 1, b"b"), Subtree(16, 0, b"c"))
    journal.append(Group(entries=history("LA-1"), subtrees=parts))
    assert journal.subtrees(8, 0, 10) == [b"a", b"b"]
    assert journal.subtrees(8, 1, 10) == [b"b"]
    assert journal.subtrees(8, 0, 1) == [b"a"]
    assert journal.subtrees(16, 0, 10) == [b"c"]
    assert journal.subtrees(24, 0, 10) == []


def test_subjects_are_found_by_how_they_begin(journal: Journal) -> None:
    """All staff, each once."""
    journal.append(Group(entries=history("staff:b", "LA-1", "staff:a", "staff:b", "staffx")))
    assert journal.subjects("staff:") == ["staff:a", "staff:b"]


@pytest.mark.parametrize(
    "flaw", ["gap", "other head", "version", "key", "name", "signed head", "subtree"]
)
def test_a_group_that_does_not_fit_is_refused_whole(journal: Journal, flaw: str) -> None:
    """All of it or nothing, whatever is wrong with it."""
    answer = Answer(key="key-0001", request_hash=b"h", response=b"r", position=1)
    name = TakenName(kind="username", value="sarah", subject_id="staff:s1")
    first = history("LA-1")
    part = Subtree(8, 0, b"a")
    journal.append(Group(entries=first, answers=(answer,), names=(name,), subtrees=(part,)))
    head = journal.head()
    good = chained(head, "LA-2", 1)
    after = Head(good.position, good.hash)
    bad = {
        "gap": chained(Head(after.position + 1, after.hash), "LA-3", 1),
        "other head": chained(Head(after.position, GENESIS), "LA-3", 1),
        "version": chained(after, "LA-1", 3),
    }.get(flaw, chained(after, "LA-3", 1))
    group = Group(
        entries=(good, bad),
        answers=(answer,) if flaw == "key" else (),
        names=(name,) if flaw == "name" else (),
        signed_head=signed(2 if flaw == "signed head" else 3),
        subtrees=(part,) if flaw == "subtree" else (),
    )
    with pytest.raises(JournalFailed):
        journal.append(group)
    assert journal.head() == head
    assert journal.read_subject("LA-2", 0, 10) == []


@pytest.mark.parametrize("table", ["entries", "answers", "names", "signed_heads", "subtrees"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
)
def test_the_file_itself_refuses_to_forget(tmp_path: Path, table: str, statement: str) -> None:
    """Append-only is enforced by triggers, not by good manners alone."""
    store = SqliteJournal(tmp_path / "journal.db")
    store.append(
        Group(
            entries=history("LA-1"),
            answers=(Answer(key="key-0001", request_hash=b"h", response=b"r", position=1),),
            names=(TakenName(kind="username", value="sarah", subject_id="staff:s1"),),
            signed_head=signed(1),
            subtrees=(Subtree(8, 0, b"a"),),
        )
    )
    store.close()
    column = {
        "entries": "actor",
        "answers": "key",
        "names": "value",
        "signed_heads": "key_id",
        "subtrees": "hash",
    }[table]
    with (
        sqlite3.connect(tmp_path / "journal.db") as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement.format(table, column))


def test_a_journal_of_a_later_version_is_refused(tmp_path: Path) -> None:
    """Migrations only go forward."""
    SqliteJournal(tmp_path / "journal.db").close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalFailed, match="later"):
        SqliteJournal(tmp_path / "journal.db")


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
