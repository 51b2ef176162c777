"""Killed at every step of a commit, a ledger loses no answer and does nothing twice."""

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
import redis

from embedded.servers import RedisServer
from ledger.fail_points import FailPoint
from ledger.journal import Journal
from ledger.journal.postgres import PostgresJournal
from ledger.journal.sqlite import SqliteJournal
from ledger.proof.chain import verify
from proto.streams import INTERNAL
from tests.builders import LedgerProcess, new_key
from tests.counts import IS_LONG, count
from tests.ledger.accounts_check import check_books
from tests.ledger.approvers import approver, ask, write_off
from tests.ports import free_port

SEEDS = range(count(2, 50))
CALLERS = 6
PASSES_MAX = 5


class Clients:
    """Send repayments of a dollar, each until it is answered, and remember the answers."""

    def __init__(self, ledger: LedgerProcess) -> None:
        self.ledger = ledger
        self.accounts = [ledger.system.active_loan() for _ in range(4)]
        self.keys: dict[str, str] = {}
        self.answered: dict[str, str] = {}

    def send(self, key: str) -> None:
        """Send one; the answer, if it comes, is the same as the first time."""
        try:
            answer = self.ledger.system.repay(self.keys[key], "0.01", idempotency_key=key)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                return
            raise
        assert self.answered.setdefault(key, answer.event_id) == answer.event_id

    def send_until_it_dies(self) -> None:
        """Repeat what was not answered, then send more, from several threads at once."""
        process = self.ledger.process
        assert process is not None
        lock = threading.Lock()
        waiting = [key for key in self.keys if key not in self.answered]

        def run() -> None:
            while process.poll() is None:
                with lock:
                    key = waiting.pop() if waiting else new_key()
                    self.keys.setdefault(key, self.accounts[len(self.keys) % len(self.accounts)])
                self.send(key)

        with ThreadPoolExecutor(CALLERS) as pool:
            for running in [pool.submit(run) for _ in range(CALLERS)]:
                running.result()


def _start(ledger: LedgerProcess, point: FailPoint | None, seed: int) -> bool:
    """Start it, armed; False where it died before it served: it had something to catch up."""
    passes = random.Random(f"{point}{seed}").randint(1, PASSES_MAX)  # noqa: S311 - the same each run
    ledger.fail_point = f"{point}:{passes}" if point else ""
    try:
        ledger.start()
    except AssertionError:
        assert ledger.process is not None
        assert ledger.process.poll() == -9, ledger.log.read_text()
        return False
    return True


def _journal(ledger: LedgerProcess) -> Journal:
    if ledger.database_url:
        # Not as a reader: it waits for the server to finish what the dead ledger had begun.
        return PostgresJournal(ledger.database_url)
    return SqliteJournal(ledger.data_dir / "ledger" / "journal.db")


def _check_journal(ledger: LedgerProcess, answered: dict[str, str]) -> None:
    """I5 and I7, from what lies in the store: every answer was kept, and the chain holds."""
    journal = _journal(ledger)
    try:
        entries = journal.read(0, 1_000_000)
        position, _ = verify(entries)
        newest = journal.last_signed_head()
        assert newest is not None
        assert newest.size == position
        assert len(journal.answers(list(answered))) == len(answered)
        assert set(answered.values()) <= {entry.event_id for entry in entries}
    finally:
        journal.close()


@pytest.fixture
def own_redis(data_dir: Path) -> Iterator[RedisServer]:
    """A stream that only this test's ledger writes to."""
    server = RedisServer(data_dir / "redis", free_port())
    server.start()
    yield server
    server.stop()


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_killed_at_every_step_nothing_is_lost_and_nothing_is_done_twice(
    data_dir: Path, database_url: str, own_redis: RedisServer
) -> None:
    """I4, I5 and I7 after `kill -9` at each named step; the stream has each entry once."""
    ledger = LedgerProcess(data_dir, own_redis.url, database_url=database_url)
    with ledger:
        clients = Clients(ledger)
        ledger.stop()
        for seed in SEEDS:
            for point in FailPoint:
                if _start(ledger, point, seed):
                    clients.send_until_it_dies()
                    assert ledger.process is not None
                    assert ledger.process.poll() == -9, point
                _check_journal(ledger, clients.answered)
        assert _start(ledger, None, 0)
        for key in clients.keys:
            clients.send(key)
        assert set(clients.answered) == set(clients.keys)
        entries = ledger.system.entries()
        repaid = Counter(e.subject_id for e in entries if e.event_type == "repayment.recorded.v1")
        assert repaid == Counter(clients.keys.values())
        check_books(ledger.system)
    with redis.Redis.from_url(own_redis.url) as client:
        positions = [int(fields[b"pos"]) for _, fields in client.xrange(INTERNAL)]
    assert positions == list(range(1, len(entries) + 1))


OF_THE_STORE = [each for each in FailPoint if "publish" not in each]


@pytest.mark.parametrize("point", OF_THE_STORE if IS_LONG else [FailPoint.AFTER_INSERT])
def test_killed_while_it_approves_the_decision_stands_with_its_effect_or_neither_does(
    data_dir: Path, point: FailPoint
) -> None:
    """An approved write-off can neither be lost nor be half done; the same key tells which."""
    with LedgerProcess(data_dir) as ledger:
        ledger.with_staff()
        account = ledger.system.active_loan()
        decider = approver(ledger, {"write_off": "100000.00"})
        request_id = ask(ledger.caller("staff-support"), write_off(account)).request_id
        message, who = decider.message(request_id), decider.caller.actor_id
        ledger.stop()
        ledger.fail_point = f"{point}:1"
        ledger.start()
        decider.caller = ledger.caller(who)
        with contextlib.suppress(grpc.RpcError):
            decider.send(message)
        assert ledger.process is not None
        assert ledger.process.wait(60) == -9
        ledger.fail_point = ""
        ledger.start()
        owed = ledger.system.balance(account).total_outstanding
        status = decider.get(request_id).status
        assert (status, owed) in (("pending", "600.00"), ("approved", "0.00"))
        assert decider.send(message).status == "approved"
        assert ledger.system.balance(account).total_outstanding == "0.00"
        check_books(ledger.system)
