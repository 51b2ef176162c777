"""A journal in one SQLite file: write-ahead log, every commit on the disk (FULL)."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from ledger.fail_points import FailPoint, reach
from ledger.journal import Answer, Group, JournalFailed, check_continues
from ledger.journal.migrations import MIGRATIONS
from ledger.journal.tables import (
    ANSWER_COLUMNS,
    ENTRY_COLUMNS,
    SIGNED_COLUMNS,
    Row,
    Tables,
    answer_from,
    answer_rows,
    entry_rows,
    name_rows,
    signed_head_row,
    subtree_rows,
)

_APPEND: Final = f"INSERT INTO entries ({ENTRY_COLUMNS})"
_APPEND_ANSWERS: Final = f"INSERT INTO answers ({ANSWER_COLUMNS})"
_APPEND_NAMES: Final = "INSERT INTO names (kind, value, subject_id)"
_APPEND_SUBTREES: Final = "INSERT INTO subtrees (level, place, hash)"
_APPEND_SIGNED: Final = f"INSERT INTO signed_heads ({SIGNED_COLUMNS})"
_ROWS_AT_ONCE: Final = (128, 64, 32, 16, 8, 4, 2, 1)
"""Any number of rows goes with few statements, of which each is prepared once."""
# One statement for any number of keys: each statement lets another thread run, and a group
# that waits for its turn a hundred times is slower than the disk.
_ANSWERS: Final = (
    f"SELECT {ANSWER_COLUMNS} FROM answers "  # noqa: S608 - constants
    "WHERE key IN (SELECT value FROM json_each(%s))"
)
_VERSIONS: Final = (
    "SELECT value, (SELECT max(version) FROM entries WHERE subject_id = value) FROM json_each(?)"
)
_BUSY_MILLISECONDS: Final = 5_000
_CACHE_KIBIBYTES: Final = 32_768
"""What a connection keeps of the file at most: idempotency keys fall on any page of theirs."""
_LOG_PAGES: Final = 8_000
"""How long the log grows before it is folded into the file: each page that it has often, once."""


@cache
def _rows_of_values(columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return ", ".join([row] * rows)


def _insert_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> None:
    """Insert rows, many with one statement: each lets another thread run before it goes on."""
    start = 0
    for count in _ROWS_AT_ONCE:
        while len(rows) - start >= count:
            values = _rows_of_values(len(rows[start]), count)
            these = chain.from_iterable(rows[start : start + count])
            connection.execute(f"{insert} VALUES {values}", tuple(these))
            start += count


class SqliteJournal(Tables):
    """One file; each thread has a connection of its own, so readers never wait."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._of_thread = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._failing_clearly():
            self._migrate(self._connection())

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        """Turn what SQLite reports into JournalFailed, without the values it was given."""
        try:
            yield
        except sqlite3.Error as error:
            text = f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}"
            raise JournalFailed(text) from None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False, cached_statements=64
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute("PRAGMA recursive_triggers = ON")  # REPLACE deletes too
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            self._of_thread.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the tables up to date, one numbered step after the other."""
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        if done > len(MIGRATIONS):
            raise JournalFailed(
                f"the journal has tables of step {done}, this program knows {len(MIGRATIONS)}; "
                "use the version that wrote it or a later one"
            )
        for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
            connection.executescript(f"BEGIN; {step} PRAGMA user_version = {number}; COMMIT;")

    def _rows(self, sql: str, *values: object) -> list[Row]:
        with self._failing_clearly():
            return self._connection().execute(sql.replace("%s", "?"), values).fetchall()

    def append(self, group: Group) -> None:
        """Append a group durably. It must continue the head, or nothing is appended."""
        with self._failing_clearly():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._insert(connection, group)
                reach(FailPoint.AFTER_INSERT)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        reach(FailPoint.AFTER_COMMIT)

    def _insert(self, connection: sqlite3.Connection, group: Group) -> None:
        self._check(connection, group)
        _insert_rows(connection, _APPEND, entry_rows(group))
        _insert_rows(connection, _APPEND_ANSWERS, answer_rows(group))
        _insert_rows(connection, _APPEND_NAMES, name_rows(group))
        _insert_rows(connection, _APPEND_SUBTREES, subtree_rows(group))
        if group.signed_head is not None:
            _insert_rows(connection, _APPEND_SIGNED, [signed_head_row(group.signed_head)])

    def _check(self, connection: sqlite3.Connection, group: Group) -> None:
        head = self.head()
        subjects = json.dumps(list({entry.subject_id for entry in group.entries}))
        versions: dict[str, int] = dict(connection.execute(_VERSIONS, (subjects,)).fetchall())
        check_continues(group, head, versions)

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""
        rows = self._rows(_ANSWERS, json.dumps(list(keys)))
        return {row[0]: answer_from(row) for row in rows}

    def close(self) -> None:
        """Close every thread's connection; the last one folds the log into the file."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
