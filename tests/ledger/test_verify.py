"""`python -m ledger verify`: what is right is found right, what is wrong is named.

Who can write the file can make every keyless hash anew; then balances, bodies and
approvals still tell. (Tree, signatures and escrow have tests of their own.)
"""

import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest

from ledger.journal import Entry
from ledger.journal.memory import MemoryJournal
from ledger.journal.sqlite import SqliteJournal
from ledger.verification import Wrong
from ledger.verification.books import BooksCheck
from ledger.verification.command import RIGHT, WRONG, verify
from ledger.verification.walk import LOOK, TELL_SECONDS
from proto import codec
from proto.events import AccountStatusChanged, LedgerEvent, RepaymentRecorded
from proto.values import Code, Money
from tests.builders import LedgerProcess
from tests.ledger.account_scene import ACCOUNT, AccountScene
from tests.ledger.approvers import person
from tests.ledger.forging import forging, rewritten, settings_of
from tests.ledger.taking_back import close_letter

REPAYMENT_KEY = "repayment-of-"
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's folder with a loan that was repaid in parts; nobody serves it."""
    with LedgerProcess(tmp_path_factory.mktemp("untouched")) as ledger:
        ledger.with_staff()
        account = ledger.system.active_loan()
        for amount in ("10.00", "20.00", "30.00"):
            ledger.system.repay(account, amount, idempotency_key=f"{REPAYMENT_KEY}{amount}")
        person(ledger, "support")
        for _ in range(2):
            close_letter(ledger.caller("staff-admin"), message_id="1700000000001-0")
    return ledger.data_dir


@pytest.fixture
def stopped(untouched: Path, tmp_path: Path) -> Path:
    """A copy, to be forged."""
    return Path(shutil.copytree(untouched, tmp_path / "copy"))


def _entries(folder: Path) -> list[Entry]:
    with closing(SqliteJournal(settings_of(folder).journal_path)) as journal:
        return journal.read(0, 10_000)


def _second_repayment(folder: Path) -> Entry:
    return [e for e in _entries(folder) if e.event_type == "repayment.recorded.v1"][1]


def _found(folder: Path, from_position: int = 2) -> tuple[int, str]:
    return verify(settings_of(folder), from_position, tell=lambda _line: None)


def test_a_right_journal_is_right_and_the_figures_are_told(stopped: Path) -> None:
    """From the command line: status 0, how many entries, and how fast."""
    done = subprocess.run(
        [sys.executable, "-m", "ledger", "verify"],
        env={"DATA_DIR": str(stopped), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == RIGHT, done.stderr
    assert done.stdout.startswith(f"RIGHT: {len(_entries(stopped))} entries")
    assert "events/s" in done.stdout


def test_the_walk_tells_how_far_it_is_and_how_long_the_rest_will_take(folder: Path) -> None:
    """By a clock that is two seconds on whenever it is looked at; at that pace the rest goes on."""
    told: list[str] = []
    moments = itertools.count(0.0, TELL_SECONDS)
    status, _ = verify(settings_of(folder), 1, tell=told.append, clock=lambda: next(moments))
    total, speed = len(_entries(folder)), LOOK / TELL_SECONDS
    assert status == RIGHT
    assert len(told) == total // LOOK >= 2
    assert told == [
        f"{done} of {total} entries ({done * 100 // total} %), {speed:.0f} events/s, "
        f"about {(total - done) / speed:.0f} s left"
        for done in range(LOOK, total + 1, LOOK)
    ]


def test_a_journal_that_is_not_there_could_not_be_verified(tmp_path: Path) -> None:
    """Status 2, and none is made by looking."""
    assert _found(tmp_path)[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_it_walks_beside_a_ledger_that_goes_on(ledger_alone: LedgerProcess) -> None:
    """What is committed meanwhile is left for the next walk."""
    account = ledger_alone.system.active_loan()
    for _ in range(5):
        ledger_alone.system.repay(account, "1.00")
        status, sentence = _found(ledger_alone.data_dir, 1)
        assert status == RIGHT, sentence

    def clock() -> float:
        ledger_alone.system.active_loan()
        return time.monotonic()

    status, sentence = verify(
        settings_of(ledger_alone.data_dir), 1, tell=lambda _line: None, clock=clock
    )
    assert status == RIGHT, sentence


def _body(change: Change) -> Callable[[Entry], Entry]:
    def changed(entry: Entry) -> Entry:
        body = codec.canonical(change(msgspec.json.decode(entry.body)))
        return msgspec.structs.replace(entry, body=body)

    return changed


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda body: body | {"amount": "20.01"}, "does not balance"),
        (lambda body: body | {"principal_after": "1.00"}, "balance of principal"),
        (lambda body: body | {"fee_delta": "-9999.00", "amount": "9999.00"}, "balance of fees"),
        (lambda _body: {"amount": "1.00"}, "cannot be read"),
        (lambda body: body | {"amount": "1e9"}, "cannot be read"),
        (lambda body: body | {"request_id": "REQ-1"}, "no approval"),
        (
            lambda body: body | {"transaction_type": "RECOVERY", "approved_by": "staff-admin"},
            "nobody may do this alone",
        ),
    ],
    ids=["amount", "after", "delta", "fields", "money", "request", "alone"],
)
def test_an_entry_that_cannot_be_is_named(stopped: Path, change: Change, what: str) -> None:
    """Position, subject, version and what is wrong, of the first that is wrong."""
    wrong = _second_repayment(stopped)
    rewritten(
        stopped, lambda entry: _body(change)(entry) if entry.position == wrong.position else entry
    )
    status, sentence = _found(stopped)
    assert status == WRONG
    assert f"entry {wrong.position}, version {wrong.version} of {wrong.subject_id}" in sentence
    assert what in sentence


def test_a_walk_from_the_middle_knows_what_was_before(stopped: Path) -> None:
    """Balances continue those of the entries that are not walked."""
    last = _entries(stopped)[-1].position
    for position in range(2, last + 1):
        status, sentence = _found(stopped, position)
        assert (status, sentence.split(" entries")[0]) == (RIGHT, f"RIGHT: {last + 1 - position}")


def _walked(*accounts: list[LedgerEvent]) -> None:
    """Walk one account's events after the other's."""
    check = BooksCheck(MemoryJournal(), from_first=True)
    numbered = (
        (number, version, event)
        for number, events in enumerate(accounts, start=1)
        for version, event in enumerate(events, start=1)
    )
    for position, (number, version, event) in enumerate(numbered, start=1):
        entry = Entry(
            position=position,
            subject_id=f"LA-{number}",
            version=version,
            event_type=event.type,
            recorded_at="2026-03-02T01:00:00.000000Z",
            actor="system",
            body=b"",
            hash="",
            prev="",
        )
        check.add(entry, event)
    check.finish()


@pytest.mark.parametrize("status", ["ACTIVE", "CLOSED"])
def test_a_written_off_account_that_comes_back_is_named(status: str) -> None:
    """I10: only an undo brings it back; money that comes in later leaves it as it is."""
    scene = AccountScene()
    scene.write_off()
    scene.recover(10_00)
    _walked(scene.events)
    revived = AccountStatusChanged(account_id=ACCOUNT, new_status=Code(status))
    with pytest.raises(Wrong, match="without an undo"):
        _walked([*scene.events, revived])
    scene.undo()
    _walked(scene.events)


def test_a_written_off_account_that_owes_again_is_named() -> None:
    """I10: what was given up is owed again after an undo, and not before."""
    scene, other = AccountScene(), AccountScene()
    scene.write_off()
    with pytest.raises(Wrong, match="owes something again"):
        _walked([*scene.events, *other.late_fee(20_00)])


def test_a_general_ledger_account_on_its_wrong_side_is_named() -> None:
    """An undo of a loss that there never was would make bad debt an income."""
    scene = AccountScene()
    opened = list(scene.events)
    scene.write_off()
    with pytest.raises(Wrong, match=r"Bad debt expense to .*, the wrong side"):
        _walked([*opened, *scene.undo()])


def test_a_balance_below_zero_is_named() -> None:
    """Also where others owe as much, so that the general ledger alone would not tell."""
    paid_twice, others = AccountScene(), AccountScene()
    repaid = paid_twice.repay(600_00)[0]
    assert isinstance(repaid, RepaymentRecorded)
    again = msgspec.structs.replace(
        repaid, principal_after=Money(-500_00), fee_after=Money(-100_00)
    )
    with pytest.raises(Wrong, match="brings principal below zero"):
        _walked(others.events, [*paid_twice.events, again])


def test_a_key_that_stands_for_nothing_is_named(stopped: Path) -> None:
    """I4: each key for one command, each command for one key."""
    with forging(stopped) as connection:
        connection.execute(
            "INSERT INTO answers SELECT 'another-key', request_hash, response, position "
            "FROM answers LIMIT 1"
        )
    status, sentence = _found(stopped, 1)
    assert (status, "another key" in sentence) == (WRONG, True)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE answers SET position = 999999 WHERE key = ?", "has no effect"),
        ("UPDATE answers SET position = 1 WHERE key = ?", "tells of other events"),
    ],
)
def test_an_answer_that_is_not_its_entrys_is_named(stopped: Path, change: str, what: str) -> None:
    """It stands where its command ended, and tells of that command's subject."""
    with forging(stopped) as connection:
        row = connection.execute("SELECT key FROM answers ORDER BY position DESC").fetchone()
        connection.execute("DELETE FROM answers WHERE position = 1")
        connection.execute(change, row)
    status, sentence = _found(stopped, 1)
    assert (status, what in sentence) == (WRONG, True)


def test_an_answer_that_tells_other_figures_is_named_and_not_repeated(stopped: Path) -> None:
    """It stands under no hash; so it is held against the event that it names, which does."""
    with forging(stopped) as connection:
        (answer,) = connection.execute(
            "SELECT response FROM answers WHERE key = ?", (f"{REPAYMENT_KEY}20.00",)
        ).fetchone()
        connection.execute(
            "UPDATE answers SET response = ? WHERE key = ?",
            (answer.replace(b"-20.00", b"-90.00"), f"{REPAYMENT_KEY}20.00"),
        )
    status, sentence = _found(stopped, 1)
    assert (status, "tells other figures" in sentence) == (WRONG, True)
    with LedgerProcess(stopped) as ledger, pytest.raises(grpc.RpcError, match="journal tells"):
        ledger.system.repay(
            _second_repayment(stopped).subject_id, "20.00", idempotency_key=f"{REPAYMENT_KEY}20.00"
        )


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM names WHERE kind = ?", "UPDATE names SET subject_id = 'x' WHERE kind = ?"],
)
@pytest.mark.parametrize("kind", ["account_number", "schedule_id", "username", "message"])
def test_a_name_that_leads_elsewhere_is_named(stopped: Path, change: str, kind: str) -> None:
    """Else a number could be given twice."""
    with forging(stopped) as connection:
        connection.execute(change, (kind,))
    status, sentence = _found(stopped, 1)
    assert (status, f"its {kind}" in sentence) == (WRONG, True)
