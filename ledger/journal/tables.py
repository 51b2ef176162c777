"""The journal's tables as both databases have them: what is read from them, and their rows."""

from abc import ABC, abstractmethod
from typing import Any, Final

from ledger.journal import LAST_CHARACTER, Answer, Entry, Group, Head, SignedHead, TakenName
from ledger.proof.chain import GENESIS

Row = tuple[Any, ...]

ENTRY_COLUMNS: Final = (
    "position, subject_id, version, event_type, recorded_at, actor, body, hash, prev"
)
ANSWER_COLUMNS: Final = "key, request_hash, response, position"
_ENTRIES: Final = f"SELECT {ENTRY_COLUMNS} FROM entries"  # noqa: S608 - constants
_ANSWERS: Final = f"SELECT {ANSWER_COLUMNS} FROM answers"  # noqa: S608 - constants
SIGNED_COLUMNS: Final = (
    "size, root, signed_at, key_id, signature, answers_digest, answers_signature"
)
_SIGNED: Final = f"SELECT {SIGNED_COLUMNS} FROM signed_heads"  # noqa: S608 - constants
HEAD: Final = "SELECT position, hash FROM entries ORDER BY position DESC LIMIT 1"

# Positions and sizes begin with 1, and only complete parts of the tree are kept. A row at any other
# place is in no walk, but an entry there would be in its subject's history.
_STRAY: Final = """
    SELECT 'the entry at position ' || position FROM entries WHERE position < 1
    UNION ALL
    SELECT 'the signed head of size ' || size FROM signed_heads WHERE size < 1
    UNION ALL
    SELECT 'the answer under the empty key' FROM answers WHERE key = ''
    UNION ALL
    SELECT 'the empty name' FROM names WHERE kind = '' AND value = ''
    UNION ALL
    SELECT 'the part ' || place || ' of level ' || level || ' of the tree' FROM subtrees
    WHERE level NOT IN (8, 16, 24, 32, 40, 48, 56) OR place < 0
    OR place >= (SELECT coalesce(max(position), 0) FROM entries) >> level
    LIMIT 1
"""


def head_from(rows: list[Row]) -> Head:
    """Read the last entry's place; position 0 where there is none."""
    return Head(*rows[0]) if rows else Head(0, GENESIS)


def answer_from(row: Row) -> Answer:
    """Read an answer from its columns."""
    return Answer(key=row[0], request_hash=row[1], response=row[2], position=row[3])


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


def _signed_head(row: Row) -> SignedHead:
    return SignedHead(
        size=row[0],
        root=row[1],
        signed_at=row[2],
        key_id=row[3],
        signature=row[4],
        answers_digest=row[5],
        answers_signature=row[6],
    )


def entry_rows(group: Group) -> list[Row]:
    """Write a group's entries in the order of their columns."""
    return [
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
    ]


def answer_rows(group: Group) -> list[Row]:
    """Write a group's answers in the order of their columns."""
    return [(each.key, each.request_hash, each.response, each.position) for each in group.answers]


def name_rows(group: Group) -> list[Row]:
    """Write the names that a group takes: kind, value, subject."""
    return [(name.kind, name.value, name.subject_id) for name in group.names]


def subtree_rows(group: Group) -> list[Row]:
    """Write the parts of the tree that a group completes: level, place, hash."""
    return [(each.level, each.index, each.hash) for each in group.subtrees]


def signed_head_row(head: SignedHead) -> Row:
    """Write a signed head in the order of its columns."""
    return (
        head.size,
        head.root,
        head.signed_at,
        head.key_id,
        head.signature,
        head.answers_digest,
        head.answers_signature,
    )


class Tables(ABC):
    """Reads the tables; a store says how rows are fetched. Its values stand as `%s`."""

    @abstractmethod
    def _rows(self, sql: str, *values: object) -> list[Row]:
        """Fetch all rows of a statement, or raise JournalFailed."""

    def head(self) -> Head:
        """Give the last entry's place; position 0 in an empty journal."""
        return head_from(self._rows(HEAD))

    def read(self, after_position: int, limit: int) -> list[Entry]:
        """Give entries after a position, in order."""
        sql = f"{_ENTRIES} WHERE position > %s ORDER BY position LIMIT %s"
        return [_entry(row) for row in self._rows(sql, after_position, limit)]

    def read_subject(self, subject_id: str, after_version: int, limit: int) -> list[Entry]:
        """Give a subject's entries after a version, in order."""
        sql = f"{_ENTRIES} WHERE subject_id = %s AND version > %s ORDER BY version LIMIT %s"
        return [_entry(row) for row in self._rows(sql, subject_id, after_version, limit)]

    def subjects(self, prefix: str) -> list[str]:
        """Give all subjects whose id begins so."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else LAST_CHARACTER
        sql = (
            "SELECT subject_id FROM entries "
            "WHERE subject_id >= %s AND subject_id < %s AND version = 1 ORDER BY subject_id"
        )
        return [row[0] for row in self._rows(sql, prefix, end)]

    def answers_after(self, key: str, limit: int) -> list[Answer]:
        """Give the answers under keys greater than one, by key."""
        sql = f"{_ANSWERS} WHERE key > %s ORDER BY key LIMIT %s"
        return [answer_from(row) for row in self._rows(sql, key, limit)]

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""
        sql = "SELECT subject_id FROM names WHERE kind = %s AND value = %s"
        rows = self._rows(sql, kind, value)
        return rows[0][0] if rows else None

    def names_after(self, kind: str, value: str, limit: int) -> list[TakenName]:
        """Give the names after one, by kind and value."""
        sql = (
            "SELECT kind, value, subject_id FROM names WHERE (kind, value) > (%s, %s) "
            "ORDER BY kind, value LIMIT %s"
        )
        rows = self._rows(sql, kind, value, limit)
        return [TakenName(kind=row[0], value=row[1], subject_id=row[2]) for row in rows]

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

    def stray(self) -> str:
        """Name a row that no reading in order comes to, and no append brings; empty: none."""
        rows = self._rows(_STRAY)
        return str(rows[0][0]) if rows else ""
