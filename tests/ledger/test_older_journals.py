"""A journal in a file that an older or a later version of the program has written."""

import sqlite3
from pathlib import Path

import pytest

from ledger.journal import JournalFailed
from ledger.journal.migrations import MIGRATIONS
from ledger.journal.sqlite import SqliteJournal


def test_answers_of_an_older_journal_are_kept(tmp_path: Path) -> None:
    """A key that was used before its table was laid out anew is still used."""
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.executescript("".join(MIGRATIONS[:3]))
        connection.execute("INSERT INTO answers VALUES ('key-0002', x'68', x'72', 2)")
        connection.execute("INSERT INTO answers VALUES ('key-0001', x'68', x'72', 1)")
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    store = SqliteJournal(tmp_path / "journal.db")
    answers = [(each.key, each.position) for each in store.answers_after("", 10)]
    store.close()
    assert answers == [("key-0001", 1), ("key-0002", 2)]


def test_a_journal_of_a_later_version_is_refused(tmp_path: Path) -> None:
    """Migrations only go forward."""
    SqliteJournal(tmp_path / "journal.db").close()
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalFailed, match="later"):
        SqliteJournal(tmp_path / "journal.db")
