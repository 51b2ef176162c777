"""The journal's tables, as numbered steps that only go forward and never change."""

from typing import Final

MIGRATIONS: Final[tuple[str, ...]] = (
    # 1: entries, answers, names; none of them is ever updated or deleted.
    """
    CREATE TABLE entries (
        position    INTEGER PRIMARY KEY,
        subject_id  TEXT NOT NULL,
        version     INTEGER NOT NULL,
        event_type  TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        actor       TEXT NOT NULL,
        body        BLOB NOT NULL,
        hash        TEXT NOT NULL,
        prev        TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX entries_by_subject ON entries (subject_id, version);
    CREATE TABLE answers (
        key          TEXT PRIMARY KEY,
        request_hash BLOB NOT NULL,
        response     BLOB NOT NULL,
        position     INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE names (
        kind       TEXT NOT NULL,
        value      TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        PRIMARY KEY (kind, value)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER entries_never_updated BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER answers_never_updated BEFORE UPDATE ON answers
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER answers_never_deleted BEFORE DELETE ON answers
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER names_never_updated BEFORE UPDATE ON names
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER names_never_deleted BEFORE DELETE ON names
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    # 2: INSERT OR REPLACE deletes too, without a word where a connection has recursive
    # triggers off, which is everybody's default.
    """
    CREATE TRIGGER entries_never_replaced BEFORE INSERT ON entries WHEN EXISTS (
        SELECT 1 FROM entries WHERE position = NEW.position
        UNION ALL
        SELECT 1 FROM entries WHERE subject_id = NEW.subject_id AND version = NEW.version
    ) BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER answers_never_replaced BEFORE INSERT ON answers
        WHEN EXISTS (SELECT 1 FROM answers WHERE key = NEW.key)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER names_never_replaced BEFORE INSERT ON names
        WHEN EXISTS (SELECT 1 FROM names WHERE kind = NEW.kind AND value = NEW.value)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    # 3: the signed heads, one a group, and the parts of the tree from which proofs are made.
    """
    CREATE TABLE signed_heads (
        size      INTEGER PRIMARY KEY,
        root      BLOB NOT NULL,
        signed_at TEXT NOT NULL,
        key_id    TEXT NOT NULL,
        signature BLOB NOT NULL
    ) STRICT;
    CREATE TABLE subtrees (
        level INTEGER NOT NULL,
        place INTEGER NOT NULL,
        hash  BLOB NOT NULL,
        PRIMARY KEY (level, place)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER signed_heads_never_updated BEFORE UPDATE ON signed_heads
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER signed_heads_never_deleted BEFORE DELETE ON signed_heads
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER signed_heads_never_replaced BEFORE INSERT ON signed_heads
        WHEN EXISTS (SELECT 1 FROM signed_heads WHERE size = NEW.size)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER subtrees_never_updated BEFORE UPDATE ON subtrees
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER subtrees_never_deleted BEFORE DELETE ON subtrees
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER subtrees_never_replaced BEFORE INSERT ON subtrees
        WHEN EXISTS (SELECT 1 FROM subtrees WHERE level = NEW.level AND place = NEW.place)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    # 4: answers in the order in which they were given. Kept by their keys, which are random,
    # each of them rewrote a page for itself, and the pages grew half empty.
    """
    DROP TRIGGER answers_never_updated;
    DROP TRIGGER answers_never_deleted;
    DROP TRIGGER answers_never_replaced;
    ALTER TABLE answers RENAME TO answers_by_key;
    CREATE TABLE answers (
        key          TEXT NOT NULL UNIQUE,
        request_hash BLOB NOT NULL,
        response     BLOB NOT NULL,
        position     INTEGER NOT NULL
    ) STRICT;
    INSERT INTO answers SELECT key, request_hash, response, position
        FROM answers_by_key ORDER BY position;
    DROP TABLE answers_by_key;
    CREATE TRIGGER answers_never_updated BEFORE UPDATE ON answers
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER answers_never_deleted BEFORE DELETE ON answers
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER answers_never_replaced BEFORE INSERT ON answers
        WHEN EXISTS (SELECT 1 FROM answers WHERE key = NEW.key)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    # 5: the seal over the answers; heads of older days have none.
    """
    ALTER TABLE signed_heads ADD COLUMN answers_digest BLOB NOT NULL DEFAULT x'';
    ALTER TABLE signed_heads ADD COLUMN answers_signature BLOB NOT NULL DEFAULT x'';
    """,
)
