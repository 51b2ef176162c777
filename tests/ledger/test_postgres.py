"""What only PostgreSQL can do wrong: other writers, lost connections, passwords in texts."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import psycopg
import pytest

from ledger.journal import Answer, Group, Head, InUse, JournalFailed, Subtree, TakenName
from ledger.journal.postgres import PostgresJournal
from ledger.journal.postgres_link import BadUrl
from ledger.journal.postgres_migrations import MIGRATIONS
from ledger.proof.chain import GENESIS
from tests.ledger.journal_entries import history, signed
from tests.postgres import PASSWORD, PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """Where an empty journal can be."""
    return postgres.new_journal_url()


@pytest.fixture
def journal(url: str) -> Iterator[PostgresJournal]:
    """A journal that is open."""
    store = PostgresJournal(url)
    yield store
    store.close()


def _schema(url: str) -> str:
    """Give the schema of a journal, which is the name of its connections too."""
    return url.rsplit("=", 1)[1]


def _cut(postgres: PostgresServer, url: str) -> None:
    """End every connection to a journal, as a server does that goes down."""
    found = f"FROM pg_stat_activity WHERE application_name = '{_schema(url)}'"
    postgres.execute(f"SELECT pg_terminate_backend(pid) {found}")


def test_a_second_ledger_on_the_same_tables_is_refused(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """One writer, held by the store itself, from whatever machine; another schema is free."""
    with pytest.raises(InUse, match="Another ledger"):
        PostgresJournal(url)
    PostgresJournal(postgres.new_journal_url()).close()
    journal.close()
    PostgresJournal(url).close()


def test_a_reader_may_be_there_beside_the_writer(journal: PostgresJournal, url: str) -> None:
    """It sees what is committed, and cannot write."""
    reader = PostgresJournal(url, is_reader=True)
    journal.append(Group(entries=history("LA-1")))
    assert reader.head() == journal.head()
    with pytest.raises(JournalFailed, match="for reading"):
        reader.append(Group(entries=history("LA-2", head=reader.head())))
    reader.close()


def test_a_lost_connection_is_told_and_made_anew(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """While nobody used it, nobody notices; in the middle of a write nothing is changed."""
    journal.append(Group(entries=history("LA-1")))
    _cut(postgres, url)
    assert journal.head().position == 1
    _cut(postgres, url)
    journal.append(Group(entries=history("LA-2", head=journal.head())))
    more = Group(entries=history("LA-3", head=journal.head()))
    with postgres.locked(f"{_schema(url)}.entries"), ThreadPoolExecutor(1) as writer:
        blocked = writer.submit(journal.append, more)
        postgres.wait_for("SELECT count(*) FROM pg_locks WHERE NOT granted")
        _cut(postgres, url)
        with pytest.raises(JournalFailed):
            blocked.result()
    assert journal.head().position == 2
    journal.append(more)
    assert journal.head().position == 3


def test_while_a_writer_was_cut_off_another_may_have_taken_over(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """The first one is refused, and goes on from the other's head when that has gone."""
    _cut(postgres, url)
    other = PostgresJournal(url)
    other.append(Group(entries=history("LA-1")))
    mine = Group(entries=history("LA-2"))
    with pytest.raises(InUse):
        journal.append(mine)
    other.close()
    with pytest.raises(JournalFailed, match="head"):
        journal.append(mine)
    journal.append(Group(entries=history("LA-2", head=journal.head())))
    assert journal.head().position == 2


def test_a_server_that_was_down_is_found_again(own_postgres: PostgresServer) -> None:
    """Down is told as such; up again, everything that was committed is there."""
    journal = PostgresJournal(own_postgres.new_journal_url())
    journal.append(Group(entries=history("LA-1")))
    head = journal.head()
    own_postgres.stop()
    with pytest.raises(JournalFailed) as told:
        journal.head()
    assert PASSWORD not in str(told.value)
    own_postgres.start()
    assert journal.head() == head
    journal.append(Group(entries=history("LA-2", head=head)))
    journal.close()


def test_a_killed_server_keeps_what_was_committed(own_postgres: PostgresServer) -> None:
    """`kill -9` of every process of the server, then its own recovery."""
    journal = PostgresJournal(own_postgres.new_journal_url())
    journal.append(Group(entries=history("LA-1")))
    assert own_postgres.process is not None
    own_postgres.process.kill()
    own_postgres.process.wait()
    deadline = time.monotonic() + 60
    while True:
        try:
            own_postgres.start()
            break
        except Exception:  # noqa: BLE001 - the children of the dead one still hold its memory
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert journal.head().position == 1
    journal.close()


@pytest.mark.parametrize("table", ["entries", "answers", "names", "signed_heads", "subtrees"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
)
def test_the_tables_themselves_refuse_to_forget(
    journal: PostgresJournal, postgres: PostgresServer, url: str, table: str, statement: str
) -> None:
    """Append-only is enforced by triggers, under a superuser too."""
    journal.append(
        Group(
            entries=history("LA-1"),
            answers=(Answer(key="key-0001", request_hash=b"h", response=b"r", position=1),),
            names=(TakenName(kind="username", value="sarah", subject_id="staff:s1"),),
            signed_head=signed(1),
            subtrees=(Subtree(8, 0, b"a"),),
        )
    )
    column = {"entries": "actor", "answers": "key", "names": "value", "subtrees": "hash"}
    changing = statement.format(f"{_schema(url)}.{table}", column.get(table, "key_id"))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        postgres.execute(f"SET session_replication_role = replica; {changing}")


def test_the_owner_of_the_tables_has_no_right_to_change_them(
    postgres: PostgresServer, url: str
) -> None:
    """A ledger that signs in as an ordinary role is refused before any trigger."""
    schema = _schema(url)
    postgres.execute(f"CREATE ROLE {schema} LOGIN PASSWORD 'plain'")
    postgres.execute(f"GRANT ALL ON SCHEMA {schema} TO {schema}")
    own = f"postgresql://{schema}:plain@127.0.0.1:{postgres.port}/" + url.rsplit("/", 1)[1]
    journal = PostgresJournal(own)
    journal.append(Group(entries=history("LA-1")))
    for statement in ("UPDATE entries SET actor = actor", "DELETE FROM entries", "TRUNCATE names"):
        with (
            psycopg.connect(own) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
    assert journal.head().position == 1
    journal.close()


def test_commits_are_on_the_disk_before_they_are_told(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """Whatever the role's or the database's settings say."""
    postgres.execute("ALTER DATABASE postgres SET synchronous_commit = off")
    try:
        journal.close()
        again = PostgresJournal(url)
        with again._link.transaction() as connection:
            row = connection.execute("SHOW synchronous_commit").fetchone()
        again.close()
    finally:
        postgres.execute("ALTER DATABASE postgres RESET synchronous_commit")
    assert row == ("on",)


def test_a_journal_of_a_later_version_is_refused_here_too(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """Migrations only go forward."""
    journal.close()
    step = "INSERT INTO journal_steps VALUES (99)"
    postgres.execute(f"SET search_path = {_schema(url)}; {step}")
    with pytest.raises(JournalFailed, match="later"):
        PostgresJournal(url)


def test_a_reader_of_an_older_journal_is_told_to_start_its_ledger(
    journal: PostgresJournal, postgres: PostgresServer, url: str
) -> None:
    """It brings no table up to date itself."""
    journal.close()
    step = f"DELETE FROM journal_steps WHERE step = {len(MIGRATIONS)}"  # noqa: S608 - a number
    postgres.execute(f"SET search_path = {_schema(url)}; {step}")
    with pytest.raises(JournalFailed, match="start its ledger once"):
        PostgresJournal(url, is_reader=True)


def test_no_text_holds_the_password(postgres: PostgresServer, url: str) -> None:
    """Neither a URL that cannot be read, nor a server that is not there, nor a wrong word."""
    quoted = PASSWORD.replace("/", "%2F")
    with pytest.raises(BadUrl) as unreadable:
        PostgresJournal(f"postgresql://billie:{quoted}%zz@127.0.0.1/postgres")
    wrong = [
        url.replace(quoted, f"{quoted}x"),
        url.replace(str(postgres.port), "1"),
        url.replace("127.0.0.1", f"{quoted}.invalid"),
        url.replace("/postgres?", "/nowhere?"),
    ]
    told = [str(unreadable.value)]
    for each in wrong:
        with pytest.raises(JournalFailed) as failed:
            PostgresJournal(each)
        told.append(str(failed.value))
    assert all(word not in text for text in told for word in (quoted, unquote(quoted)))
    assert all(text for text in told)


def test_an_empty_journal_has_a_head_for_a_reader_too(journal: PostgresJournal, url: str) -> None:
    """Reading needs no lock."""
    reader = PostgresJournal(url, is_reader=True)
    assert reader.head() == journal.head() == Head(0, GENESIS)
    reader.close()
