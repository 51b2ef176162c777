"""The same of a journal in PostgreSQL, by somebody who may do anything in the database."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg
import pytest
from msgspec import Struct

from ledger.journal.postgres import PostgresJournal
from ledger.proof.chain import Broken
from ledger.proof.heads import HeadSigner
from tests.builders import LedgerProcess
from tests.ledger.forging import Forged, K, forged_journal, settings_of, walk_journal
from tests.postgres import PostgresServer

_INSERT: Final = (
    f"INSERT INTO entries SELECT {K}, 'LA-forged', 1, event_type, recorded_at, actor, body, "  # noqa: S608
    "hash, prev FROM entries WHERE position = 1"
)
TABLES: Final = ("entries", "answers", "names", "signed_heads", "subtrees")


class Table:
    """A stopped ledger's journal, which a superuser changes and puts back."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self._schema = parse_qs(urlsplit(url).query)["application_name"][0]

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser, who has switched off what would refuse them."""
        self._run(*statements)

    def _run(self, *statements: str, rows: Sequence[tuple[object, ...]] = ()) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                f"GRANT ALL ON ALL TABLES IN SCHEMA {self._schema} TO CURRENT_USER".encode()
            )
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            for statement in statements:
                if rows:
                    connection.cursor().executemany(statement.encode(), rows)
                else:
                    connection.execute(statement.encode())

    def keep(self) -> None:
        """Remember every table as it is."""
        self._run(*(f"CREATE TABLE kept_{table} AS TABLE {table}" for table in TABLES))

    def put_back(self) -> None:
        """Put every table back."""
        for table in TABLES:
            self._run(f"TRUNCATE {table}", f"INSERT INTO {table} TABLE kept_{table}")

    def replace(self, forged: Forged) -> None:
        """Put a forged journal in its place."""
        tables: dict[str, Sequence[Struct]] = {
            "entries": forged.entries,
            "signed_heads": forged.heads,
            "subtrees": forged.subtrees,
        }
        for table, rows in tables.items():
            values = [msgspec.structs.astuple(row) for row in rows]
            self._run(f"TRUNCATE {table}")
            if values:
                places = ", ".join(["%s"] * len(values[0]))
                self._run(f"INSERT INTO {table} VALUES ({places})", rows=values)  # noqa: S608

    def opened(self) -> "closing[PostgresJournal]":
        """Open it as a reader."""
        return closing(PostgresJournal(self.url, is_reader=True))

    def broken(self) -> Broken:
        """Walk it and give what was found."""
        with self.opened() as journal, pytest.raises(Broken) as found:
            walk_journal(journal, settings_of(self.folder))
        return found.value


@pytest.fixture(scope="module")
def kept_table(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """A journal of some hundreds of entries, its ledger stopped."""
    folder, url = tmp_path_factory.mktemp("table"), postgres.new_journal_url()
    with LedgerProcess(folder, database_url=url) as ledger, ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(ledger.system.active_loan) for _ in range(60)]:
            each.result()
    kept = Table(folder, url)
    kept.keep()
    return kept


@pytest.fixture
def table(kept_table: Table) -> Iterator[Table]:
    """The journal, put back after the test."""
    yield kept_table
    kept_table.put_back()


def test_an_untouched_table_verifies(table: Table) -> None:
    """Every entry, every head, every head in escrow."""
    with table.opened() as journal:
        verified = walk_journal(journal, settings_of(table.folder))
    assert verified.size > 256
    assert verified.not_in_escrow == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("position", "position + 100000"),
        ("subject_id", "'LA-another'"),
        ("version", "version + 1000"),
        ("event_type", "'account.closed.v1'"),
        ("recorded_at", "'2020-01-01T00:00:00.000000Z'"),
        ("actor", "'somebody'"),
        ("body", "'{}'::bytea"),
        ("hash", "repeat('0', 64)"),
        ("prev", "repeat('0', 64)"),
    ],
)
def test_a_changed_field_is_found_at_its_row(table: Table, column: str, value: str) -> None:
    """Whichever column it is."""
    table.execute(f"UPDATE entries SET {column} = {value} WHERE position = {K}")  # noqa: S608
    assert table.broken().position == K


@pytest.mark.parametrize(
    "statements",
    [
        [f"DELETE FROM entries WHERE position = {K}"],  # noqa: S608 - a number of ours
        [
            f"UPDATE entries SET position = -position - 1 WHERE position >= {K}",  # noqa: S608
            "UPDATE entries SET position = -position WHERE position < 0",
            _INSERT,
        ],
        [
            f"UPDATE entries SET position = -1 WHERE position = {K}",  # noqa: S608
            f"UPDATE entries SET position = {K} WHERE position = {K + 1}",  # noqa: S608
            f"UPDATE entries SET position = {K + 1} WHERE position = -1",  # noqa: S608
        ],
    ],
    ids=["deleted", "inserted", "swapped"],
)
def test_a_row_that_went_came_or_moved_is_found(table: Table, statements: list[str]) -> None:
    """The place is where the first entry is wrong."""
    table.execute(*statements)
    assert table.broken().position == K


def test_an_older_state_put_back_is_found_by_escrow(table: Table) -> None:
    """Tail and heads cut off: what is left was true once."""
    with table.opened() as journal:
        size = journal.signed_heads(K, 1)[0].size
    table.execute(
        f"DELETE FROM entries WHERE position > {size}",  # noqa: S608 - a number of ours
        f"DELETE FROM signed_heads WHERE size > {size}",  # noqa: S608
        "DELETE FROM subtrees",
    )
    found = table.broken()
    assert (found.position, "rolled back" in str(found)) == (size + 1, True)


@pytest.mark.parametrize("is_stolen", [False, True])
def test_a_table_replaced_with_all_hashes_anew_is_found_by_escrow(
    table: Table,
    is_stolen: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """Even by who holds the ledger's own key."""
    signer = HeadSigner(settings_of(table.folder).ledger_key()) if is_stolen else None
    with table.opened() as journal:
        before = max((h.size for h in journal.signed_heads(0, 10_000) if h.size < K), default=0)
        forged = forged_journal(journal, signer)
    table.replace(forged)
    found = table.broken()
    assert (found.position, "escrow" in str(found)) == (before + 1, True)


def test_a_ledger_does_not_start_on_a_table_that_is_not_the_signed_one(
    table: Table, tmp_path: Path
) -> None:
    """The last entry is gone, its head is there."""
    folder = shutil.copytree(table.folder, tmp_path / "copy")
    table.execute("DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)")
    with pytest.raises(AssertionError, match="ledger: the journal does not end where"):
        LedgerProcess(folder, database_url=table.url).start()
