"""`python -m projector` as a process: it ends cleanly, and dies without loss."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import redis

from projector.heartbeat import waiting_since
from projector.settings import Settings
from projector.stream import GROUP, make_group
from proto import codec, documents
from proto.streams import INBOX
from tests.projector.feed import Feed, account, customer, posting
from tests.projector.mirror import Mirror

SECONDS_MAX = 120.0


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """What a projector is told."""
    return {
        **os.environ,
        "MONGODB_URL": settings.mongodb_url,
        "DB_NAME": settings.db_name,
        "REDIS_URL": settings.redis_url,
        "LEDGER_SERVICE_URL": settings.ledger_address,
        "KEYS_DIR": str(settings.keys_dir),
        "ARCHIVE_KEYS": str(settings.archive_keys),
    }


@contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a projector, and kill it in the end if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "projector"], env=environment, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(what: str, is_so: Callable[[], object], seconds_max: float = SECONDS_MAX) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + seconds_max
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def tell_much(feed: Feed, first: int, count: int) -> None:
    """Publish events of both streams."""
    for number in range(first, first + count):
        feed.tell("customer.created.v1", customer(f"CUS-{number}"))
        feed.tell("account.created.v1", account(f"LOAN-{number}", customer_id=f"CUS-{number}"))
        body = posting("OUR-1", f"TX-{number}", "REPAYMENT", amount="1.00")
        feed.post("OUR-1", "repayment.recorded.v1", body)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(
    environment: dict[str, str],
    feed: Feed,
    mirror: Mirror,
    streams: redis.Redis,
    tmp_path: Path,
    sign: signal.Signals,
) -> None:
    """After the batch in hand: nothing pending is left, and twice means the same as once."""
    tell_much(feed, 0, 100)
    with running(environment, tmp_path / "log") as process:
        wait_until("the first account", lambda: mirror.find(documents.LOAN_ACCOUNTS, "LOAN-0"))
        process.send_signal(sign)
        process.send_signal(sign)
        assert process.wait(SECONDS_MAX) == 0, (tmp_path / "log").read_text()
    assert streams.xpending(INBOX, GROUP)["pending"] == 0
    assert "Mia" not in (tmp_path / "log").read_text()


def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(
    environment: dict[str, str], feed: Feed, mirror: Mirror, tmp_path: Path
) -> None:
    """`kill -9` again and again while events come (invariants I3, I9)."""
    total = 0
    for _ in range(3):
        tell_much(feed, total, 200)
        total += 200
        with running(environment, tmp_path / "log") as process:
            key = f"LOAN-{total - 150}"
            wait_until(key, partial(mirror.find, documents.LOAN_ACCOUNTS, key))
            process.kill()
            process.wait()
    with running(environment, tmp_path / "log"):
        wait_until(
            "all marks",
            lambda: (
                mirror.database["marks"].count_documents({}) == 2 * total
                and mirror.account("OUR-1")["ver"] == total
            ),
        )
    assert mirror.account("OUR-1")["balances"]["totalPaid"] == f"{total}.00"
    assert len(mirror.all(documents.TRANSACTIONS)) == total
    names = [each.get("customerName") for each in mirror.all(documents.LOAN_ACCOUNTS)]
    assert names.count("Mia Chen") == total
    assert feed.dead_letters() == []


def test_the_heartbeat_tells_what_it_does(
    environment: dict[str, str], feed: Feed, mirror: Mirror, tmp_path: Path
) -> None:
    """Also when idle: time, position, lag, backlog and counts."""
    tell_much(feed, 0, 5)
    with running(environment, tmp_path / "log") as process:
        wait_until("a sign", lambda: _beat(mirror).applied == 15)
        first = _beat(mirror)
        assert (first.process_id, first.last_position) == (process.pid, 5)
        assert first.backlog == {"inbox:billie-servicing": 0, "inbox:billie-servicing:internal": 0}
        assert set(first.lag_seconds) == set(first.backlog)
        assert first.redis_connected
        wait_until("nothing waits", lambda: _beat(mirror).waiting_since is None)
        wait_until("another sign", lambda: _beat(mirror).at > first.at)


def test_what_waits_is_told_from_the_oldest_on(streams: redis.Redis, feed: Feed) -> None:
    """Not read yet, or read and not settled: both wait; what is settled does not."""
    assert waiting_since(streams, INBOX) is None
    make_group(streams, INBOX)
    assert waiting_since(streams, INBOX) is None
    ids = [feed.tell("customer.changed.v1", {"number": number}) for number in (1, 2)]
    oldest, younger = (codec.entry_time(each) for each in ids)
    assert waiting_since(streams, INBOX) == oldest
    streams.xreadgroup(GROUP, "test", {INBOX: ">"}, count=1)
    assert waiting_since(streams, INBOX) == oldest
    streams.xack(INBOX, GROUP, ids[0])
    assert waiting_since(streams, INBOX) == younger
    streams.xreadgroup(GROUP, "test", {INBOX: ">"})
    streams.xack(INBOX, GROUP, ids[1])
    assert waiting_since(streams, INBOX) is None
    streams.xadd(INBOX, {"typ": "?"}, id="18446744073709551614-0")
    assert waiting_since(streams, INBOX) is None


def _beat(mirror: Mirror) -> documents.HeartbeatDocument:
    wait_until("a heartbeat", lambda: mirror.find(documents.HEARTBEATS, "projector"))
    stored = mirror.database[documents.HEARTBEATS.name].find_one({"_id": "projector"})
    return codec.from_mongo(documents.HeartbeatDocument, stored or {})


def test_a_missing_setting_is_one_sentence(environment: dict[str, str]) -> None:
    """With its name and the remedy, and without a traceback."""
    said = subprocess.run(
        [sys.executable, "-m", "projector"],
        env={**environment, "MONGODB_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert said.stderr.startswith("MONGODB_URL is not set: ")
    assert "Traceback" not in said.stderr
