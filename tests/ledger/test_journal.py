"""One contract for every store of the journal."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.journal import Answer, Group, Head, Journal, JournalFailed, Subtree, TakenName
from ledger.journal.memory import MemoryJournal
from ledger.journal.postgres import PostgresJournal
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.chain import GENESIS, verify
from tests.ledger.journal_entries import chained, history, signed
from tests.postgres import PostgresServer

Open = Callable[[], Journal]

DURABLE = ["sqlite", "postgres"]


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Give what opens the same journal, of the kind that is asked for."""
    if request.param == "memory":
        return MemoryJournal
    if request.param == "sqlite":
        return lambda: SqliteJournal(tmp_path / "journal.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_journal_url()
    return lambda: PostgresJournal(url)


@pytest.fixture
def journal(opened: Open) -> Iterator[Journal]:
    """An empty journal of each kind."""
    store = opened()
    yield store
    store.close()


every_store = pytest.mark.parametrize("opened", ["memory", *DURABLE], indirect=True)
durable_stores = pytest.mark.parametrize("opened", DURABLE, indirect=True)


@every_store
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


@every_store
def test_an_empty_journal_has_a_head(journal: Journal) -> None:
    """Position 0, and the hash that the first entry names."""
    assert journal.head() == Head(0, GENESIS)


@every_store
def test_answers_and_names_come_with_their_entries(journal: Journal) -> None:
    """One group, one transaction."""
    answer = Answer(key="key-0001", request_hash=b"h", response=b"r", position=1)
    name = TakenName(kind="username", value="sarah", subject_id="staff:s1")
    later = TakenName(kind="username", value="sarah\u0101", subject_id="staff:s1")
    journal.append(Group(entries=history("staff:s1"), answers=(answer,), names=(later, name)))
    assert journal.answers(["key-0001", "key-0002"]) == {"key-0001": answer}
    assert journal.answers([]) == {}
    assert journal.subject_named("username", "sarah") == "staff:s1"
    assert journal.subject_named("username", "michael") is None
    assert journal.names_after("a", "z", 9) == [name, *journal.names_after("username", "sarah", 1)]


@every_store
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


@every_store
def test_parts_of_the_tree_come_with_their_entries(journal: Journal) -> None:
    """By level, from an index on."""
    parts = (Subtree(8, 0, b"a"), Subtree(8, 1, b"b"), Subtree(16, 0, b"c"))
    journal.append(Group(entries=history("LA-1"), subtrees=parts))
    assert journal.subtrees(8, 0, 10) == [b"a", b"b"]
    assert journal.subtrees(8, 1, 10) == [b"b"]
    assert journal.subtrees(8, 0, 1) == [b"a"]
    assert journal.subtrees(16, 0, 10) == [b"c"]
    assert journal.subtrees(24, 0, 10) == []


@every_store
def test_subjects_are_found_by_how_they_begin(journal: Journal) -> None:
    """All staff, each once."""
    journal.append(Group(entries=history("staff:b", "LA-1", "staff:a", "staff:b", "staffx")))
    assert journal.subjects("staff:") == ["staff:a", "staff:b"]


@every_store
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


@every_store
def test_letters_of_any_script_come_back_as_they_were(journal: Journal) -> None:
    """Ids are compared byte by byte, in every store alike; a NUL finds nothing."""
    subjects = ("Zo\u00eb", "zoe", "\u65e5\u672c", "Z", "\U0001f642")
    journal.append(Group(entries=history(*subjects)))
    assert [entry.subject_id for entry in journal.read(0, 10)] == list(subjects)
    assert journal.subjects("Z") == ["Z", "Zo\u00eb"]
    assert journal.read_subject("Z\0", 0, 10) == []
    assert journal.subject_named("username", "\0") is None


@every_store
def test_a_large_group_is_one_group(journal: Journal) -> None:
    """Thousands of entries, keys and bytes of any value, at once."""
    entries, head = [], Head(0, GENESIS)
    for number in range(2_000):
        entries.append(chained(head, f"LA-{number}", 1, bytes(range(256))))
        head = Head(entries[-1].position, entries[-1].hash)
    answers = tuple(
        Answer(key=f"key-{number:06}", request_hash=b"\0", response=b"\xff", position=number)
        for number in range(2_000)
    )
    journal.append(Group(entries=tuple(entries), answers=answers))
    assert journal.head() == head
    assert journal.read(1_990, 10) == entries[1_990:]
    assert len(journal.answers([answer.key for answer in answers])) == 2_000


@every_store
@pytest.mark.parametrize("what", ["key", "name"])
def test_what_is_taken_twice_in_one_group_is_refused(journal: Journal, what: str) -> None:
    """A group is held to the same as two."""
    answer = Answer(key="key-0001", request_hash=b"h", response=b"r", position=1)
    name = TakenName(kind="username", value="sarah", subject_id="staff:s1")
    with pytest.raises(JournalFailed):
        journal.append(
            Group(
                entries=history("LA-1"),
                answers=(answer, answer) if what == "key" else (),
                names=(name, name) if what == "name" else (),
            )
        )
    assert journal.head() == Head(0, GENESIS)


@every_store
def test_readers_see_whole_groups_while_it_is_written(journal: Journal) -> None:
    """Each read is a consistent state: an even number of entries, when two come at a time."""

    def read() -> bool:
        return all(len(journal.read(0, 1_000)) % 2 == 0 for _ in range(50))

    with ThreadPoolExecutor(3) as readers:
        answers = [readers.submit(read) for _ in range(3)]
        for number in range(40):
            journal.append(Group(entries=history(f"A{number}", f"B{number}", head=journal.head())))
        assert all(answer.result() for answer in answers)
    assert verify(journal.read(0, 1_000))[0] == 80


@every_store
def test_of_two_groups_that_continue_the_same_head_one_is_appended(journal: Journal) -> None:
    """The store itself sees to it, whoever writes."""

    def append(subject: str) -> bool:
        try:
            journal.append(Group(entries=history(subject)))
        except JournalFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as writers:
        appended = list(writers.map(append, [f"LA-{number}" for number in range(8)]))
    assert sum(appended) == 1
    assert journal.head().position == 1


@durable_stores
def test_a_journal_that_is_opened_again_is_as_it_was(opened: Open) -> None:
    """Entries, answers, names, heads and the parts of the tree."""
    group = Group(
        entries=history("staff:s1", "LA-1"),
        answers=(Answer(key="key-0001", request_hash=b"h", response=b"r", position=1),),
        names=(TakenName(kind="username", value="sarah", subject_id="staff:s1"),),
        signed_head=signed(2),
        subtrees=(Subtree(8, 0, b"a"),),
    )
    first = opened()
    first.append(group)
    first.close()
    again = opened()
    assert tuple(again.read(0, 10)) == group.entries
    assert again.answers(["key-0001"])["key-0001"] == group.answers[0]
    assert again.subject_named("username", "sarah") == "staff:s1"
    assert again.last_signed_head() == group.signed_head
    assert again.subtrees(8, 0, 10) == [b"a"]
    again.append(Group(entries=history("LA-2", head=again.head())))
    again.close()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("entries", "actor"),
        ("answers", "key"),
        ("names", "value"),
        ("signed_heads", "key_id"),
        ("subtrees", "hash"),
    ],
)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
)
def test_the_file_itself_refuses_to_forget(
    tmp_path: Path, table: str, column: str, statement: str
) -> None:
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
    with (
        sqlite3.connect(tmp_path / "journal.db") as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement.format(table, column))
