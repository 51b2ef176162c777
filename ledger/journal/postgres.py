"""A journal in PostgreSQL: one writer by an advisory lock, every commit on the disk."""

from collections.abc import Sequence
from typing import Any, Final

from ledger.fail_points import FailPoint, is_armed, reach
from ledger.journal import Answer, Group, check_continues
from ledger.journal.postgres_link import Connection, Link
from ledger.journal.tables import (
    ANSWER_COLUMNS,
    ENTRY_COLUMNS,
    HEAD,
    SIGNED_COLUMNS,
    Row,
    Tables,
    answer_from,
    answer_rows,
    entry_rows,
    head_from,
    name_rows,
    signed_head_row,
    subtree_rows,
)

_ANSWERS: Final = f"SELECT {ANSWER_COLUMNS} FROM answers WHERE key = ANY(%s)"  # noqa: S608 - constants
_VERSIONS: Final = (
    "SELECT subject, (SELECT max(version) FROM entries WHERE subject_id = subject) "
    "FROM unnest(%s::text[]) AS subject"
)
# One statement a table, whatever the size of the group: each is a way to the server and back.
_APPEND: Final = (
    f"INSERT INTO entries ({ENTRY_COLUMNS}) SELECT * FROM unnest("  # noqa: S608 - constants
    "%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], "
    "%b::bytea[], %s::text[], %s::text[])"
)
_APPEND_ANSWERS: Final = (
    f"INSERT INTO answers ({ANSWER_COLUMNS}) "  # noqa: S608 - constants
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
    f"INSERT INTO signed_heads ({SIGNED_COLUMNS}) "  # noqa: S608 - constants
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    """Turn rows into columns, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


class PostgresJournal(Tables):
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

    def append(self, group: Group) -> None:
        """Append a group durably. It must continue the head, or nothing is appended."""
        with self._link.transaction(is_gathered=True) as connection:
            _check(connection, group)
            _insert(connection, group)
            if is_armed(FailPoint.AFTER_INSERT):
                connection.execute("SELECT 1").fetchall()  # so that the rows are really there
            reach(FailPoint.AFTER_INSERT)
        reach(FailPoint.AFTER_COMMIT)

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""
        rows = self._rows(_ANSWERS, list(keys))
        return {row[0]: answer_from(row) for row in rows}

    def close(self) -> None:
        """Close every connection; another ledger may write from then on."""
        self._link.close()


def _check(connection: Connection, group: Group) -> None:
    """Insist that the group continues the head, and each subject's history."""
    subjects = list({entry.subject_id for entry in group.entries})
    head_found, versions_found = (
        connection.execute(HEAD),
        connection.execute(_VERSIONS, (subjects,)),
    )
    head = head_from(head_found.fetchall())
    versions: dict[str, int] = dict(versions_found.fetchall())
    check_continues(group, head, versions)


def _insert(connection: Connection, group: Group) -> None:
    _insert_rows(connection, _APPEND, entry_rows(group))
    _insert_rows(connection, _APPEND_ANSWERS, answer_rows(group))
    _insert_rows(connection, _APPEND_NAMES, name_rows(group))
    _insert_rows(connection, _APPEND_SUBTREES, subtree_rows(group))
    if group.signed_head is not None:
        connection.execute(_APPEND_SIGNED, signed_head_row(group.signed_head))


def _insert_rows(connection: Connection, sql: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(sql.encode(), _columns(rows))
