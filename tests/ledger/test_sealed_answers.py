# ruff: noqa: S608 - statements of our own, of our own values
"""What stands beside the entries, answers and names, is found when it was tampered with.

Whatever it is about: also where no money moves, and no event tells what the answer does.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from ledger.books import open_journal
from ledger.journal import Answer
from ledger.settings import Settings
from ledger.verification.command import RIGHT, WRONG
from tests.builders import LedgerProcess
from tests.ledger.approvers import person
from tests.ledger.every_command import do_everything
from tests.ledger.forging import change_tables, settings_of, verified
from tests.postgres import PostgresServer

UNSEALED = "UPDATE signed_heads SET answers_digest = {0}, answers_signature = {0}"


class Stopped(Struct, frozen=True):
    """A ledger's folder and database after every command there is; nobody serves it."""

    folder: Path
    url: str

    def change(self, *statements: str) -> None:
        """Change the tables beside the entries."""
        change_tables(self.folder, self.url, *statements)

    def answers(self) -> list[Answer]:
        """Give all answers by the place of their command."""
        environment = {"DATA_DIR": str(self.folder), "LEDGER_DATABASE_URL": self.url}
        with closing(open_journal(Settings.from_environment(environment))) as journal:
            return sorted(journal.answers_after("", 10_000), key=lambda each: each.position)

    def verify(self) -> tuple[int, str]:
        """Walk the whole journal."""
        return verified(self.folder, self.url)

    def bytes(self, value: bytes) -> str:
        """Write bytes as the database's SQL has them."""
        return f"'\\x{value.hex()}'::bytea" if self.url else f"x'{value.hex()}'"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stopped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Every kind of answer, money or none; the tests put back what they change."""
    url = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_journal_url()
    folder = tmp_path_factory.mktemp("stopped")
    with LedgerProcess(folder, database_url=url) as ledger:
        ledger.with_staff()
        supervisor = person(ledger, "supervisor", {"reversal": "10000.00"}).actor_id
        names = ("system", supervisor, "staff-support", "staff-admin", "staff-compliance")
        do_everything(*(ledger.caller(name) for name in names))
    return Stopped(folder, url)


@pytest.fixture
def right(stopped: Stopped) -> Iterator[Stopped]:
    """Right before, and right again when a test has put everything back."""
    assert stopped.verify()[0] == RIGHT
    yield stopped
    status, sentence = stopped.verify()
    assert status == RIGHT, sentence


def _bent(value: bytes) -> bytes:
    """Change the last byte, or put one where there is none."""
    return value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"


def test_a_changed_or_deleted_answer_is_found_whatever_it_is_about(right: Stopped) -> None:
    """Of each command that there is: a byte of what was told, of what was asked, or the row."""
    answers = right.answers()
    assert len(answers) > 30
    for number, each in enumerate(answers[:: 4 if right.url else 1]):
        where = f"WHERE key = '{each.key}'"
        bent, hashed = _bent(each.response), _bent(each.request_hash)
        ways = (
            f"UPDATE answers SET response = {right.bytes(bent)} {where}",
            f"UPDATE answers SET request_hash = {right.bytes(hashed)} {where}",
            f"DELETE FROM answers {where}",
        )
        right.change(ways[number % len(ways)])
        status, sentence = right.verify()
        assert (status, "answer" in sentence) == (WRONG, True), each
        right.change(
            f"DELETE FROM answers {where}",
            f"INSERT INTO answers VALUES ('{each.key}', {right.bytes(each.request_hash)}, "
            f"{right.bytes(each.response)}, {each.position})",
        )


def test_swapped_keys_are_found_and_the_place_is_named(right: Stopped) -> None:
    """Each neighbour's under the other's key: a repeated call would be told of the other's."""
    answers = right.answers()
    for one, other in zip(answers[::2], answers[1::2], strict=False):
        swap = (
            f"UPDATE answers SET key = 'between' WHERE key = '{one.key}'",
            f"UPDATE answers SET key = '{one.key}' WHERE key = '{other.key}'",
            f"UPDATE answers SET key = '{other.key}' WHERE key = 'between'",
        )
        right.change(*swap)
        status, sentence = right.verify()
        assert (status, sentence.startswith("WRONG: entry ")) == (WRONG, True)
        right.change(*swap)


def test_an_answer_that_was_put_in_is_found(right: Stopped) -> None:
    """At a place where no command ended: whoever calls with that key would be told it was done."""
    answers = right.answers()
    ends = {0, *(each.position for each in answers)}
    one = next(each for each in answers if each.position - 1 not in ends)
    values = f"{right.bytes(one.request_hash)}, {right.bytes(b'')}, {one.position - 1}"
    right.change(f"INSERT INTO answers VALUES ('put-in-by-hand', {values})")
    status, sentence = right.verify()
    assert (status, "was sealed at" in sentence) == (WRONG, True)
    right.change("DELETE FROM answers WHERE key = 'put-in-by-hand'")


@pytest.mark.parametrize(
    "kind", ["account_number", "application_number", "schedule_id", "username", "message", "x"]
)
def test_a_name_that_no_event_gave_is_named(right: Stopped, kind: str) -> None:
    """Whoever put it in keeps a loan from being opened, or a payment from being posted."""
    right.change(f"INSERT INTO names VALUES ('{kind}', 'put-in', 'LA-1')")
    assert right.verify() == (WRONG, f"WRONG: the {kind} put-in is taken, but no event gave it")
    right.change("DELETE FROM names WHERE value = 'put-in'")


_STRAY = {
    "entries": (
        "position < 1",
        (
            "SELECT -1, subject_id, 1 + (SELECT max(version) FROM entries AS e "
            "WHERE e.subject_id = entries.subject_id), event_type, recorded_at, actor, body, hash, "
            "prev FROM entries WHERE event_type = 'repayment.recorded.v1' ORDER BY position LIMIT 1"
        ),
        "the entry at position -1",
    ),
    "signed_heads": (
        "size < 1",
        (
            "SELECT 0, root, signed_at, key_id, signature, answers_digest, answers_signature "
            "FROM signed_heads ORDER BY size LIMIT 1"
        ),
        "the signed head of size 0",
    ),
    "answers": ("key = ''", "SELECT '', {0}, {0}, 1", "the answer under the empty key"),
    "names": ("kind = ''", "SELECT '', '', 'LA-1'", "the empty name"),
    "subtrees": ("level = 8", "SELECT 8, 0, {0}", "the part 0 of level 8 of the tree"),
}


@pytest.mark.parametrize("table", list(_STRAY))
def test_a_row_at_a_place_that_no_walk_comes_to_is_named(right: Stopped, table: str) -> None:
    """An entry there would be in an account's history; a part of the tree would stop the books."""
    where, row, named = _STRAY[table]
    right.change(f"INSERT INTO {table} {row.format(right.bytes(b''))}")
    told = f"WRONG: {named} is no part of the journal: it was put in"
    assert right.verify() == (WRONG, told)
    with pytest.raises(AssertionError, match=f"ledger: {named} is no part"):
        LedgerProcess(right.folder, database_url=right.url).start()
    right.change(f"DELETE FROM {table} WHERE {where}")


def test_a_seal_that_was_taken_away_is_found(right: Stopped) -> None:
    """By escrow, where all are gone; by those before where escrow is gone too."""
    empty = right.bytes(b"")
    escrow = settings_of(right.folder).escrow_path
    right.change(
        "CREATE TABLE kept AS SELECT size, answers_digest, answers_signature FROM signed_heads",
        UNSEALED.format(empty) + " WHERE size = (SELECT max(size) FROM signed_heads)",
    )
    status, sentence = right.verify()
    assert (status, "other answers than the one in escrow" in sentence) == (WRONG, True)
    moved = shutil.move(escrow, escrow.with_suffix(".away"))
    status, sentence = right.verify()
    assert (status, "does not seal the answers any more" in sentence) == (WRONG, True)
    shutil.move(moved, escrow)
    right.change(UNSEALED.format(empty))
    status, sentence = right.verify()
    assert (status, "other answers than the one in escrow" in sentence) == (WRONG, True)
    with pytest.raises(AssertionError, match="they were replaced"):
        LedgerProcess(right.folder, database_url=right.url).start()
    columns = ("answers_digest", "answers_signature")
    kept = (f"{each} = (SELECT {each} FROM kept WHERE kept.size = s.size)" for each in columns)
    right.change(f"UPDATE signed_heads AS s SET {', '.join(kept)}", "DROP TABLE kept")


@pytest.mark.parametrize("stopped", ["sqlite"], indirect=True)
def test_answers_of_an_older_journal_are_sealed_with_the_next_group(
    stopped: Stopped, tmp_path: Path
) -> None:
    """Its heads have no seal, nor have the lines in escrow; from the first seal on all are held."""
    copy = Path(shutil.copytree(stopped.folder, tmp_path / "older"))
    older = Stopped(copy, "")
    older.change(UNSEALED.format("x''"))
    escrow = settings_of(copy).escrow_path
    lines = [json.loads(line) for line in escrow.read_text().splitlines()]
    short = [{k: v for k, v in line.items() if not k.startswith("answers")} for line in lines]
    escrow.write_text("".join(json.dumps(line) + "\n" for line in short))
    assert older.verify()[0] == RIGHT
    with LedgerProcess(copy) as ledger:
        ledger.system.active_loan()
    assert older.verify()[0] == RIGHT
    first = older.answers()[0]
    older.change(f"UPDATE answers SET request_hash = x'00' WHERE key = '{first.key}'")
    status, sentence = older.verify()
    assert (status, sentence.startswith("WRONG: entry 1: the answer")) == (WRONG, True)
