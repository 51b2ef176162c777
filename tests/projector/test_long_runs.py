"""Redis emptied in mid-run, and projectors that die again and again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from projector import assembly
from projector.letters import LETTERS_GROUP
from projector.settings import Settings
from projector.stream import GROUP
from proto import documents
from proto.streams import DEAD_LETTERS, INBOX, INTERNAL
from tests.builders import LedgerProcess
from tests.counts import count
from tests.loan_requests import open_loan_request
from tests.projector.conftest import Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror
from tests.projector.test_process import environment, running, wait_until

__all__ = ["environment"]

POSTINGS = count(1_200, 100_000)
PATIENCE = count(120, 3_000)
"""How many seconds so many postings may take."""
RESTARTS = count(3, 50)
ACCOUNTS = 8


def test_a_redis_emptied_in_mid_run_loses_no_ledger_event(
    beside_ledger: Settings,
    real_ledger: LedgerProcess,
    start: Start,
    streams: redis.Redis,
    mirror: Mirror,
) -> None:
    """Twice while postings are made: the mirror catches up from the journal, to the cent."""
    system = real_ledger.system
    names = [f"RUN-{number}" for number in range(ACCOUNTS)]
    for name in names:
        system.active_loan(open_loan_request(account_id=name, loan_amount="1000.00"))
    each = POSTINGS // ACCOUNTS

    def pay(name: str) -> None:
        for _ in range(each):
            system.repay(name, "0.01")

    with start(replace(beside_ledger, batch_entries_max=200)) as drain:
        worker = threading.Thread(target=drain.projector.run)
        worker.start()
        with ThreadPoolExecutor(ACCOUNTS) as pool:
            payments = [pool.submit(pay, name) for name in names]
            for share in (1, 2):
                wait_until("some", partial(_has, mirror, share * POSTINGS // 3), PATIENCE)
                streams.flushall()
            for payment in payments:
                payment.result()
        wait_until("all postings", partial(_has, mirror, POSTINGS), PATIENCE)
        drain.projector.stop()
        worker.join()
    paid = {name: mirror.account(name)["balances"]["totalPaid"] for name in names}
    assert paid == dict.fromkeys(names, f"{each / 100:.2f}")
    with assembly.match_check(beside_ledger) as check:
        assert check.portfolio(lambda _: None).score == 1


def _has(mirror: Mirror, number: int) -> bool:
    ours: dict[str, Any] = {"loanAccountId": {"$regex": "^RUN-"}, "type": "REPAYMENT"}
    return mirror.database["transactions"].count_documents(ours) >= number


@pytest.mark.parametrize("lost", ["entry", "stream"])
def test_the_last_event_of_an_account_is_missed_by_itself(
    beside_ledger: Settings,
    real_ledger: LedgerProcess,
    start: Start,
    streams: redis.Redis,
    mirror: Mirror,
    lost: str,
) -> None:
    """Nothing follows that would tell of the gap, and the ledger believes it published."""
    system = real_ledger.system
    account = system.active_loan(open_loan_request(loan_amount="1000.00"))
    with start(replace(beside_ledger, stale_seconds=600)) as drain:
        version = system.balance(account).account_version
        drain.until(lambda: mirror.account(account)["ver"] == version)
        before, _ = _last(streams)
        system.repay(account, "12.50")
        version = system.balance(account).account_version
        wait_until("the entry", lambda: _last(streams)[1][b"ver"] == str(version).encode())
        if lost == "entry":
            since: Any = streams.xrange(INTERNAL, f"({before.decode()}")
            streams.xdel(INTERNAL, *[each for each, _ in since])
        else:
            streams.delete(INTERNAL)
        drain.until(lambda: mirror.account(account)["ver"] == version)
    assert mirror.account(account)["balances"]["totalPaid"] == "12.50"


def _last(streams: redis.Redis) -> tuple[bytes, dict[bytes, bytes]]:
    last: Any = streams.xrevrange(INTERNAL, count=1)
    entry_id, fields = last[0]
    return entry_id, fields


def is_alone(streams: redis.Redis, stream: str, group: str, consumer: str) -> bool:
    """Tell whether nobody else is in a group."""
    consumers: Any = streams.xinfo_consumers(stream, group)
    return {each["name"] for each in consumers} <= {consumer.encode()}


def test_restarts_leave_no_dead_consumer(
    environment: dict[str, str],
    feed: Feed,
    mirror: Mirror,
    streams: redis.Redis,
    start: Start,
    settings: Settings,
    tmp_path: Path,
) -> None:
    """Each was killed with work in hand; the last one is alone in the groups."""
    for number in range(RESTARTS):
        for part in range(20):
            feed.tell("customer.changed.v1", customer(f"CUS-{number}-{part}"))
        feed.tell("customer.changed.v1", "{")
        with running(environment, tmp_path / "log") as process:
            wait_until("a customer", partial(mirror.find, documents.CUSTOMERS, f"CUS-{number}-0"))
            process.kill()
    with start(settings) as drain:
        drain()
        letters = mirror.database["dead-letters"]
        drain.until(lambda: letters.count_documents({}) == RESTARTS)
        for stream, group in ((INBOX, GROUP), (INTERNAL, GROUP), (DEAD_LETTERS, LETTERS_GROUP)):
            drain.until(partial(is_alone, streams, stream, group, settings.consumer))
    assert mirror.database["customers"].count_documents({}) == 20 * RESTARTS
