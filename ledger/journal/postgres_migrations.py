"""The journal's tables in PostgreSQL, as numbered steps that only go forward and never change.

Texts are compared byte by byte (COLLATE "C"), as in the other stores. A trigger refuses
every change, also under a superuser; the owner gives up the right to it besides.
"""

from typing import Final

_TABLES: Final = ("entries", "answers", "names", "signed_heads", "subtrees")

_APPEND_ONLY: Final = "".join(
    f"""
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
    ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
    REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER;
    """
    for table in _TABLES
)

MIGRATIONS: Final[tuple[str, ...]] = (
    # 1: entries, answers, names, signed heads and the parts of their tree.
    """
    CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
    CREATE TABLE entries (
        position    bigint PRIMARY KEY,
        subject_id  text COLLATE "C" NOT NULL,
        version     bigint NOT NULL,
        event_type  text COLLATE "C" NOT NULL,
        recorded_at text COLLATE "C" NOT NULL,
        actor       text COLLATE "C" NOT NULL,
        body        bytea NOT NULL,
        hash        text COLLATE "C" NOT NULL,
        prev        text COLLATE "C" NOT NULL,
        UNIQUE (subject_id, version)
    );
    CREATE TABLE answers (
        key          text COLLATE "C" PRIMARY KEY,
        request_hash bytea NOT NULL,
        response     bytea NOT NULL,
        position     bigint NOT NULL
    );
    CREATE TABLE names (
        kind       text COLLATE "C" NOT NULL,
        value      text COLLATE "C" NOT NULL,
        subject_id text COLLATE "C" NOT NULL,
        PRIMARY KEY (kind, value)
    );
    CREATE TABLE signed_heads (
        size      bigint PRIMARY KEY,
        root      bytea NOT NULL,
        signed_at text COLLATE "C" NOT NULL,
        key_id    text COLLATE "C" NOT NULL,
        signature bytea NOT NULL
    );
    CREATE TABLE subtrees (
        level integer NOT NULL,
        place bigint NOT NULL,
        hash  bytea NOT NULL,
        PRIMARY KEY (level, place)
    );
    """
    + _APPEND_ONLY,
    # 2: the seal over the answers; heads of older days have none.
    """
    ALTER TABLE signed_heads ADD COLUMN answers_digest bytea NOT NULL DEFAULT '';
    ALTER TABLE signed_heads ADD COLUMN answers_signature bytea NOT NULL DEFAULT '';
    """,
)
