"""A journal as somebody changes it who has its file: without our program, without triggers."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg
import pytest
from msgspec import Struct

from ledger.journal import Entry, Journal, SignedHead, Subtree
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.audit import Audit, Verified
from ledger.proof.chain import GENESIS, Broken, entry_hash
from ledger.proof.escrow import EscrowFile
from ledger.proof.heads import HeadSigner
from ledger.proof.tree import Frontier
from ledger.settings import Settings
from ledger.verification.command import verify
from proto.values import Instant

K: Final = 100
"""The entry that is tampered with."""


def settings_of(folder: Path) -> Settings:
    """Give the settings of a ledger in a folder."""
    return Settings.from_environment({"DATA_DIR": str(folder)})


def walk(folder: Path) -> Verified:
    """Walk the journal in a folder's file."""
    settings = settings_of(folder)
    with closing(SqliteJournal(settings.journal_path)) as journal:
        return walk_journal(journal, settings)


def walk_journal(journal: Journal, settings: Settings) -> Verified:
    """Walk a journal with the public keys and the escrow of the settings."""
    audit = Audit(journal, EscrowFile(settings.escrow_path), settings.ledger_public_keys())
    position = 0
    while entries := journal.read(position, 100):
        for entry in entries:
            audit.add(entry)
        position += len(entries)
    return audit.finish()


def broken(folder: Path) -> Broken:
    """Walk a folder's journal and give what was found."""
    with pytest.raises(Broken) as found:
        walk(folder)
    return found.value


@contextmanager
def forging(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as somebody does who has it: without our program, without triggers."""
    with closing(sqlite3.connect(settings_of(folder).journal_path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        connection.commit()


def change_tables(folder: Path, url: str, *statements: str) -> None:
    """Change a stopped ledger's tables, in either database, as somebody who may do anything."""
    if not url:
        with forging(folder) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    schema = parse_qs(urlsplit(url).query)["application_name"][0]
    with psycopg.connect(url) as postgres:
        postgres.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO CURRENT_USER".encode())
        for table in ("entries", "answers", "names", "signed_heads", "subtrees"):
            postgres.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        for statement in statements:
            postgres.execute(statement.encode())


def verified(folder: Path, url: str = "") -> tuple[int, str]:
    """Verify a folder's journal, or the one at a URL."""
    environment = {"DATA_DIR": str(folder), "LEDGER_DATABASE_URL": url}
    return verify(Settings.from_environment(environment), 1, tell=lambda _line: None)


def insert_entry(connection: sqlite3.Connection, entry: Entry) -> None:
    """Put an entry into the table as it is."""
    values = msgspec.structs.astuple(entry)
    connection.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608


class Forged(Struct, frozen=True):
    """A whole journal with entry K changed and every keyless hash made anew."""

    entries: list[Entry]
    heads: list[SignedHead]
    subtrees: list[Subtree]


def forged_journal(journal: Journal, signer: HeadSigner | None) -> Forged:
    """Change entry K and make every hash, root and, with a key, signature anew."""
    prev, frontier, roots = GENESIS, Frontier(), {}
    forged = Forged([], [], [])
    for entry in journal.read(0, 10_000):
        actor = "somebody" if entry.position == K else entry.actor
        changed = msgspec.structs.replace(entry, actor=actor, prev=prev)
        prev = entry_hash(changed)
        forged.entries.append(msgspec.structs.replace(changed, hash=prev))
        frontier, kept = frontier.extended([bytes.fromhex(prev)])
        roots[entry.position] = frontier.root()
        forged.subtrees.extend(kept)
    for head in journal.signed_heads(0, 10_000):
        changed_head = msgspec.structs.replace(head, root=roots[head.size])
        if signer is not None:
            at = Instant.parse(head.signed_at)
            changed_head = signer.signed(head.size, roots[head.size], at, head.answers_digest)
        forged.heads.append(changed_head)
    return forged


def rewritten(folder: Path, change: Callable[[Entry], Entry]) -> None:
    """Change entries and make every keyless hash anew."""
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        entries, prev = journal.read(0, 10_000), GENESIS
    with forging(folder) as connection:
        connection.execute("DELETE FROM entries")
        for entry in entries:
            changed = msgspec.structs.replace(change(entry), prev=prev)
            prev = entry_hash(changed)
            insert_entry(connection, msgspec.structs.replace(changed, hash=prev))


def replace_everything(folder: Path, signer: HeadSigner | None) -> None:
    """Put a forged journal in the place of the one in a folder's file."""
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        forged = forged_journal(journal, signer)
    tables: dict[str, Sequence[Struct]] = {
        "entries": forged.entries,
        "signed_heads": forged.heads,
        "subtrees": forged.subtrees,
    }
    with forging(folder) as connection:
        for table, rows in tables.items():
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
            for row in rows:
                values = msgspec.structs.astuple(row)
                places = ", ".join("?" * len(values))
                connection.execute(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608


def signed_size(folder: Path) -> int:
    """Give the size of a head soon after entry K."""
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        return journal.signed_heads(K, 1)[0].size
