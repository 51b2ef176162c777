"""A journal in PostgreSQL: one writer by an advisory lock, every commit on the disk."""

from collections.abc import Sequence
from typing import Any, Final

from ledger.fail_points import FailPoint, is_armed, reach
from ledger.journal import (
    LAST_CHARACTER,
    Answer,
    Entry,
    Group,
    Head,
    SignedHead,
    check_continues,
)
from ledger.journal.postgres_link import Connection, Link, Row
from ledger.proof.chain import GENESIS

_COLUMNS: Final = "position, subject_id, version, event_type, recorded_at, actor, body, hash, prev"
_READ: Final = (
    f"SELECT {_COLUMNS} FROM entries "  # noqa: S608 - constants
    "WHERE position > %s ORDER BY position LIMIT %s"
)
_READ_SUBJECT: Final = (
    f"SELECT {_COLUMNS} FROM entries "  # noqa: S608 - constants
    "WHERE subject_id = %s AND version > %s ORDER BY version LIMIT %s"
)
_HEAD: Final = "SELECT position, hash FROM entries ORDER BY position DESC LIMIT 1"
_SIGNED: Final = "SELECT size, root, signed_at, key_id, signature FROM signed_heads"
_VERSIONS: Final = (
    "SELECT subject, (SELECT max(version) FROM entries WHERE subject_id = subject) "
    "FROM unnest(%s::text[]) AS subject"
)
# One statement a table, whatever the size of the group: each is a way to the server and back.
_APPEND: Final = (
    f"INSERT INTO entries ({_COLUMNS}) SELECT * FROM unnest("  # noqa: S608 - constants
    "%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], "
    "%b::bytea[], %s::text[], %s::text[])"
)
_APPEND_ANSWERS: Final = (
    "INSERT INTO answers (key, request_hash, response, position) "
    "SELECT * FROM unnest(%s::text[], %b::bytea[], %b::bytea[], %s::bigint[])"
)
_APPEND_NAMES: Final = (
    "INSERT INTO names (kind, value, subject_id) "
    "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])"
)
_APPEND_SUBTREES: Final = (
    "INSERT INTO subtrees (level, place, hash) "
    "SELECT * FROM unnest(%s::int[], %s::bigint[], %b::bytea[])"
)
_APPEND_SIGNED: Final = (
    "INSERT INTO signed_heads (size, root, signed_at, key_id, signature) "
    "VALUES (%s, %s, %s, %s, %s)"
)


def _signed_head(row: Row) -> SignedHead:
    return SignedHead(size=row[0], root=row[1], signed_at=row[2], key_id=row[3], signature=row[4])


def _entry(row: Row) -> Entry:
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


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Turn rows into columns, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


class PostgresJournal:
    """One schema of one database; a second ledger on it is refused when it opens."""

    def __init__(self, url: str, *, is_reader: bool = False) -> None:
        self._link = Link(url, is_reader=is_reader)
        try:
            self._link.migrate()
        except BaseException:
            self._link.close()
            raise

    def _rows(self, sql: str, *values: object) -> list[Row]:
        # PostgreSQL keeps no text with a NUL in it: what is looked for so is not there.
        if any(isinstance(value, str) and "\0" in value for value in values):
            return []
        return self._link.rows(sql, values)

    def head(self) -> Head:
        """Give the last entry's place; position 0 in an empty journal."""
        return _as_head(self._rows(_HEAD))

    def append(self, group: Group) -> None:
        """Append a group durably. It must continue the head, or nothing is appended."""
        with self._link.transaction(is_gathered=True) as connection:
            _check(connection, group)
            _insert(connection, group)
            if is_armed(FailPoint.AFTER_INSERT):
                connection.execute("SELECT 1").fetchall()  # so that the rows are really there
            reach(FailPoint.AFTER_INSERT)
        reach(FailPoint.AFTER_COMMIT)

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
            "WHERE subject_id >= %s AND subject_id < %s AND version = 1 ORDER BY subject_id"
        )
        return [row[0] for row in self._rows(sql, prefix, end)]

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""
        sql = "SELECT key, request_hash, response, position FROM answers WHERE key = ANY(%s)"
        rows = self._rows(sql, list(keys))
        return {
            key: Answer(key=key, request_hash=request_hash, response=response, position=position)
            for key, request_hash, response, position in rows
        }

    def answers_after(self, key: str, limit: int) -> list[Answer]:
        """Give the answers under keys greater than one, by key."""
        sql = (
            "SELECT key, request_hash, response, position FROM answers "
            "WHERE key > %s ORDER BY key LIMIT %s"
        )
        return [
            Answer(key=key, request_hash=request_hash, response=response, position=position)
            for key, request_hash, response, position in self._rows(sql, key, limit)
        ]

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""
        sql = "SELECT subject_id FROM names WHERE kind = %s AND value = %s"
        rows = self._rows(sql, kind, value)
        return rows[0][0] if rows else None

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the hashes alone of the entries after a position, in order."""
        sql = "SELECT hash FROM entries WHERE position > %s ORDER BY position LIMIT %s"
        return [row[0] for row in self._rows(sql, after_position, limit)]

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level from an index on, in order."""
        sql = "SELECT hash FROM subtrees WHERE level = %s AND place >= %s ORDER BY place LIMIT %s"
        return [row[0] for row in self._rows(sql, level, first_index, limit)]

    def last_signed_head(self) -> SignedHead | None:
        """Give the newest signed head; None where nothing was signed yet."""
        rows = self._rows(f"{_SIGNED} ORDER BY size DESC LIMIT 1")
        return _signed_head(rows[0]) if rows else None

    def signed_head(self, size: int) -> SignedHead | None:
        """Give the head signed at exactly this size; not every size has one."""
        rows = self._rows(f"{_SIGNED} WHERE size = %s", size)
        return _signed_head(rows[0]) if rows else None

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads of a greater size, in order."""
        rows = self._rows(f"{_SIGNED} WHERE size > %s ORDER BY size LIMIT %s", after_size, limit)
        return [_signed_head(row) for row in rows]

    def close(self) -> None:
        """Close every connection; another ledger may write from then on."""
        self._link.close()


def _as_head(rows: list[Row]) -> Head:
    return Head(*rows[0]) if rows else Head(0, GENESIS)


def _check(connection: Connection, group: Group) -> None:
    """Insist that the group continues the head, and each subject's history."""
    subjects = list({entry.subject_id for entry in group.entries})
    head_found, versions_found = (
        connection.execute(_HEAD),
        connection.execute(_VERSIONS, (subjects,)),
    )
    head = _as_head(head_found.fetchall())
    versions: dict[str, int] = dict(versions_found.fetchall())
    check_continues(group, head, versions)


def _insert(connection: Connection, group: Group) -> None:
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
    subtrees = [(each.level, each.index, each.hash) for each in group.subtrees]
    _insert_rows(connection, _APPEND_SUBTREES, subtrees)
    head = group.signed_head
    if head is not None:
        connection.execute(
            _APPEND_SIGNED, (head.size, head.root, head.signed_at, head.key_id, head.signature)
        )


def _insert_rows(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        connection.execute(sql.encode(), _columns(rows))
