"""A journal in one SQLite file: write-ahead log, every commit on the disk (FULL)."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

from ledger.fail_points import FailPoint, reach
from ledger.journal import (
    LAST_CHARACTER,
    Answer,
    Entry,
    Group,
    Head,
    JournalFailed,
    SignedHead,
    check_continues,
)
from ledger.journal.migrations import MIGRATIONS
from ledger.proof.chain import GENESIS

_COLUMNS: Final = "position, subject_id, version, event_type, recorded_at, actor, body, hash, prev"
_READ: Final = f"SELECT {_COLUMNS} FROM entries WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608 - constants
_READ_SUBJECT: Final = (
    f"SELECT {_COLUMNS} FROM entries "  # noqa: S608 - constants
    "WHERE subject_id = ? AND version > ? ORDER BY version LIMIT ?"
)
_APPEND: Final = f"INSERT INTO entries ({_COLUMNS})"
_APPEND_ANSWERS: Final = "INSERT INTO answers (key, request_hash, response, position)"
_APPEND_NAMES: Final = "INSERT INTO names (kind, value, subject_id)"
_APPEND_SUBTREES: Final = "INSERT INTO subtrees (level, place, hash)"
_ROWS_AT_ONCE: Final = (128, 64, 32, 16, 8, 4, 2, 1)
"""Any number of rows goes with few statements, of which each is prepared once."""
# One statement for any number of keys: each statement lets another thread run, and a group
# that waits for its turn a hundred times is slower than the disk.
_ANSWERS: Final = (
    "SELECT key, request_hash, response, position FROM answers "
    "WHERE key IN (SELECT value FROM json_each(?))"
)
_VERSIONS: Final = (
    "SELECT value, (SELECT max(version) FROM entries WHERE subject_id = value) FROM json_each(?)"
)
_HEAD: Final = "SELECT size, root, signed_at, key_id, signature FROM signed_heads"
_BUSY_MILLISECONDS: Final = 5_000
_CACHE_KIBIBYTES: Final = 32_768
"""What a connection keeps of the file at most: idempotency keys fall on any page of theirs."""
_LOG_PAGES: Final = 8_000
"""How long the log grows before it is folded into the file: each page that it has often, once."""


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        position=row[0],
        subject_id=row[1],
        version=row[2],
        event_type=row[3],
        recorded_at=row[4],
        actor=row[5],
        body=row[6],
        hash=row[7],
        prev=row[8],
    )


def _answer(row: tuple[Any, ...]) -> Answer:
    return Answer(key=row[0], request_hash=row[1], response=row[2], position=row[3])


def _signed_head(row: tuple[Any, ...]) -> SignedHead:
    return SignedHead(size=row[0], root=row[1], signed_at=row[2], key_id=row[3], signature=row[4])


@cache
def _rows_of_values(columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return ", ".join([row] * rows)


def _insert_rows(
    connection: sqlite3.Connection, insert: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, many with one statement: each lets another thread run before it goes on."""
    start = 0
    for count in _ROWS_AT_ONCE:
        while len(rows) - start >= count:
            values = _rows_of_values(len(rows[start]), count)
            these = chain.from_iterable(rows[start : start + count])
            connection.execute(f"{insert} VALUES {values}", tuple(these))
            start += count


class SqliteJournal:
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

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._failing_clearly():
            return self._connection().execute(sql, values).fetchall()

    def head(self) -> Head:
        """Give the last entry's place; position 0 in an empty journal."""
        rows = self._rows("SELECT position, hash FROM entries ORDER BY position DESC LIMIT 1")
        return Head(*rows[0]) if rows else Head(0, GENESIS)

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
        _insert_rows(
            connection,
            _APPEND,
            [
                (
                    entry.position,
                    entry.subject_id,
                    entry.version,
                    entry.event_type,
                    entry.recorded_at,
                    entry.actor,
                    entry.body,
                    entry.hash,
                    entry.prev,
                )
                for entry in group.entries
            ],
        )
        answers = [
            (each.key, each.request_hash, each.response, each.position) for each in group.answers
        ]
        _insert_rows(connection, _APPEND_ANSWERS, answers)
        names = [(name.kind, name.value, name.subject_id) for name in group.names]
        _insert_rows(connection, _APPEND_NAMES, names)
        self._insert_tree(connection, group)

    @staticmethod
    def _insert_tree(connection: sqlite3.Connection, group: Group) -> None:
        """Keep the group's signed head, and the parts of the tree that it completes."""
        subtrees = [(each.level, each.index, each.hash) for each in group.subtrees]
        _insert_rows(connection, _APPEND_SUBTREES, subtrees)
        head = group.signed_head
        if head is not None:
            connection.execute(
                "INSERT INTO signed_heads (size, root, signed_at, key_id, signature) "
                "VALUES (?, ?, ?, ?, ?)",
                (head.size, head.root, head.signed_at, head.key_id, head.signature),
            )

    def _check(self, connection: sqlite3.Connection, group: Group) -> None:
        head = self.head()
        subjects = json.dumps(list({entry.subject_id for entry in group.entries}))
        versions: dict[str, int] = dict(connection.execute(_VERSIONS, (subjects,)).fetchall())
        check_continues(group, head, versions)

    def read(self, after_position: int, limit: int) -> list[Entry]:
        """Give entries after a position, in order."""
        return [_entry(row) for row in self._rows(_READ, after_position, limit)]

    def read_subject(self, subject_id: str, after_version: int, limit: int) -> list[Entry]:
        """Give a subject's entries after a version, in order."""
        return [_entry(row) for row in self._rows(_READ_SUBJECT, subject_id, after_version, limit)]

    def subjects(self, prefix: str) -> list[str]:
        """Give all subjects whose id begins so."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else LAST_CHARACTER
        sql = (
            "SELECT subject_id FROM entries "
            "WHERE subject_id >= ? AND subject_id < ? AND version = 1 ORDER BY subject_id"
        )
        return [row[0] for row in self._rows(sql, prefix, end)]

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""
        rows = self._rows(_ANSWERS, json.dumps(list(keys)))
        return {row[0]: _answer(row) for row in rows}

    def answers_after(self, key: str, limit: int) -> list[Answer]:
        """Give the answers under keys greater than one, by key."""
        sql = (
            "SELECT key, request_hash, response, position FROM answers "
            "WHERE key > ? ORDER BY key LIMIT ?"
        )
        return [_answer(row) for row in self._rows(sql, key, limit)]

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""
        rows = self._rows("SELECT subject_id FROM names WHERE kind = ? AND value = ?", kind, value)
        return rows[0][0] if rows else None

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the hashes alone of the entries after a position, in order."""
        sql = "SELECT hash FROM entries WHERE position > ? ORDER BY position LIMIT ?"
        return [row[0] for row in self._rows(sql, after_position, limit)]

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level from an index on, in order."""
        sql = "SELECT hash FROM subtrees WHERE level = ? AND place >= ? ORDER BY place LIMIT ?"
        return [row[0] for row in self._rows(sql, level, first_index, limit)]

    def last_signed_head(self) -> SignedHead | None:
        """Give the newest signed head; None where nothing was signed yet."""
        rows = self._rows(f"{_HEAD} ORDER BY size DESC LIMIT 1")
        return _signed_head(rows[0]) if rows else None

    def signed_head(self, size: int) -> SignedHead | None:
        """Give the head signed at exactly this size; not every size has one."""
        rows = self._rows(f"{_HEAD} WHERE size = ?", size)
        return _signed_head(rows[0]) if rows else None

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads of a greater size, in order."""
        rows = self._rows(f"{_HEAD} WHERE size > ? ORDER BY size LIMIT ?", after_size, limit)
        return [_signed_head(row) for row in rows]

    def close(self) -> None:
        """Close every thread's connection; the last one folds the log into the file."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
