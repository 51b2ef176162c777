"""Any part may be killed at any moment: nothing is lost and nothing is doubled."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
import redis

from proto import accounting_ledger_pb2 as wire
from proto import accounting_ledger_pb2_grpc as ledger_rpc
from proto import codec
from proto import servicing_pb2 as ours
from proto import servicing_pb2_grpc as ours_rpc
from proto.documents import StoredBalances
from proto.streams import DEAD_LETTERS
from proto.values import Money
from tests.counts import count
from tests.invariants.load import Load
from tests.stage import Stage

COUNT = count(1_000, 5_000)
VICTIMS = ["projector", "ledger", "redis"] * count(1, 5)
ACCOUNTS = [f"acc-{number:03d}" for number in range(20)]


def _wait(what: str, is_so: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def _wait_for_version(
    projected: Callable[[str], dict[str, Any]], account: str, version: int
) -> None:
    _wait(f"{account} at {version}", lambda: projected(account).get("ver") == version)


def _run_with_a_kill(stage: Stage, load: Load, victim: str) -> None:
    """Run the mixed load on four threads; halfway the victim dies and is started again."""
    half_done = threading.Event()
    done: list[int] = []

    def run(task: Callable[[], None]) -> None:
        task()
        done.append(1)
        if len(done) == COUNT // 2:
            half_done.set()

    with ThreadPoolExecutor(4) as workers:
        answers = [workers.submit(run, task) for task in load.mixed(ACCOUNTS, COUNT)]
        assert half_done.wait(120)
        stage.kill(victim)
        stage.start(victim)
        for answer in answers:
            answer.result(timeout=180)


def _balance(stage: Stage, load: Load, account: str) -> wire.GetBalanceResponse:
    with grpc.insecure_channel(stage.ledger_address) as channel:
        return ledger_rpc.AccountingLedgerServiceStub(channel).GetBalance(
            wire.GetBalanceRequest(loan_account_id=account), metadata=load.metadata(), timeout=10
        )


def _journal(stage: Stage, load: Load) -> list[ours.JournalEntry]:
    entries: list[ours.JournalEntry] = []
    with grpc.insecure_channel(stage.ledger_address) as channel:
        stub = ours_rpc.JournalServiceStub(channel)
        while True:
            request = ours.ReadJournalRequest(from_position=len(entries), limit=1000)
            page = stub.ReadJournal(request, metadata=load.metadata(), timeout=10).entries
            if not page:
                return entries
            entries += page


@pytest.mark.parametrize(
    "victim", ["projector", "ledger", "redis", *count(0, 5) * ["projector", "ledger", "redis"]]
)
def test_a_killed_part_loses_nothing_and_doubles_nothing(stage: Stage, victim: str) -> None:
    """1,000 mixed commands and events; I1 to I5 and I9 hold after a kill -9."""
    _check_after_a_kill(stage, victim)


def test_a_killed_ledger_over_postgresql_loses_nothing_and_doubles_nothing(
    postgres_stage: Stage,
) -> None:
    """The same with the journal in a PostgreSQL server."""
    _check_after_a_kill(postgres_stage, "ledger")


def _check_after_a_kill(stage: Stage, victim: str) -> None:
    load = Load(stage)
    for number, account in enumerate(ACCOUNTS):
        load.open_loan(account, f"CUS-{number:03d}")
    _run_with_a_kill(stage, load, victim)
    database = stage.database()

    def projected(account: str) -> dict[str, Any]:
        return database["loan-accounts"].find_one({"_id": account}) or {}

    balances = {account: _balance(stage, load, account) for account in ACCOUNTS}
    for account, balance in balances.items():
        _wait_for_version(projected, account, balance.account_version)
        stored = codec.from_mongo(StoredBalances, projected(account)["balances"])
        assert stored.total_outstanding == Money.parse(balance.total_outstanding)
        assert stored.principal == Money.parse(balance.principal_balance)
        assert stored.fees == Money.parse(balance.fee_balance)

    commands = [number for number in range(COUNT) if number % 10 < 7]
    assert len(load.acknowledged) == len(commands)
    entries = _journal(stage, load)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.prev for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    posted = [e for e in entries if e.event_type in ("repayment.recorded.v1", "fee.applied.v1")]
    assert len(posted) == len(commands)
    shown = {str(document["_id"]) for document in database["transactions"].find({}, {"_id": 1})}
    assert set(load.acknowledged.values()) <= shown
    assert len(shown) == len(posted) + len(ACCOUNTS)

    outside = max(number for number in range(COUNT) if number % 10 >= 7)
    last = f"OUT-{outside % 20:03d}"
    _wait(
        "the last outside event",
        lambda: str(projected(last).get("balances", {}).get("currentBalance")) == f"{outside}.00",
    )
    with redis.Redis.from_url(stage.redis.url) as client:
        assert client.xlen(DEAD_LETTERS) == 0
    assert database["parked-events"].count_documents({}) == 0
    print(f"{victim}: {load.retried} retries, {load.replayed} answered from the first try")
