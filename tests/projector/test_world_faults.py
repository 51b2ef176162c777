"""A server that is there and takes nothing is waited for too, and the operator hears of it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.collection import Collection

from embedded.process import Process, spawn, stop
from embedded.servers import MongoServer, RedisServer
from projector.settings import Settings
from projector.stream import GROUP, STREAMS
from proto import codec, documents
from proto.streams import INBOX, INTERNAL
from tests.ports import free_port
from tests.projector.feed import Feed, account, customer
from tests.projector.mirror import Mirror

SECONDS_MAX = 120.0


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def beat(mirror: Mirror) -> documents.HeartbeatDocument:
    """Read the newest sign of life."""
    wait_until(lambda: mirror.find(documents.HEARTBEATS, "projector"))
    stored = mirror.database[documents.HEARTBEATS.name].find_one({"_id": "projector"})
    return codec.from_mongo(documents.HeartbeatDocument, stored or {})


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server that the test may bring into trouble."""
    server = RedisServer(tmp_path / "redis" / "data", free_port())
    server.start()
    yield server
    server.stop()


@contextmanager
def working(settings: Settings, log: Path) -> Iterator[Process]:
    """Run `python -m projector` as a process of its own."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "MONGODB_URL": settings.mongodb_url,
        "DB_NAME": settings.db_name,
        "REDIS_URL": settings.redis_url,
        "LEDGER_SERVICE_URL": settings.ledger_address,
        "KEYS_DIR": str(settings.keys_dir),
        "ARCHIVE_KEYS": str(settings.archive_keys),
    }
    process = spawn([sys.executable, "-m", "projector"], log, environment)
    try:
        yield process
    finally:
        stop(process)


def test_a_redis_that_takes_no_writes_is_waited_for(
    own_redis: RedisServer, settings: Settings, mirror: Mirror, tmp_path: Path
) -> None:
    """Out of memory or read-only: no crash; the heartbeat says so, and then all is applied."""
    there = replace(settings, redis_url=own_redis.url)
    with redis.Redis.from_url(own_redis.url) as client, working(there, tmp_path / "log") as process:
        feed = Feed(client)
        feed.tell("customer.created.v1", customer("C-1"))
        wait_until(lambda: mirror.find(documents.CUSTOMERS, "C-1"))
        for trouble, cure in (
            (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
            (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        ):
            client.execute_command(*trouble)
            wait_until(lambda: not beat(mirror).redis_connected)
            assert process.poll() is None, (tmp_path / "log").read_text()
            client.execute_command(*cure)
            wait_until(lambda: beat(mirror).redis_connected)
        feed.tell("customer.created.v1", customer("C-2"))
        wait_until(lambda: mirror.find(documents.CUSTOMERS, "C-2"))
        assert feed.dead_letters() == []


def test_an_emptied_redis_is_begun_anew_and_reported(
    own_redis: RedisServer, settings: Settings, mirror: Mirror, tmp_path: Path
) -> None:
    """The ledger's events come again without effect; what was unread outside is a gap."""
    there = replace(settings, redis_url=own_redis.url)
    log = tmp_path / "log"
    with redis.Redis.from_url(own_redis.url) as client, working(there, log) as process:
        feed = Feed(client)
        first = feed.entry("LOAN-1", "account.created.v1", account())
        feed.raw(first, INTERNAL)
        feed.tell("customer.created.v1", customer("C-1"))
        wait_until(lambda: len(mirror.all(documents.MARKS)) == 1 and mirror.account())
        assert beat(mirror).inbox_lost_at is None
        for number in range(2, 5):
            client.flushall()
            feed.raw(first, INTERNAL)
            feed.tell("customer.created.v1", customer(f"C-{number}"))
            wait_until(partial(mirror.find, documents.CUSTOMERS, f"C-{number}"))
            wait_until(lambda: all(client.xinfo_groups(each) for each in STREAMS))
        assert process.poll() is None, log.read_text()
        wait_until(lambda: beat(mirror).inbox_lost_at)
        assert "inbox_lost" in log.read_text()
        wait_until(lambda: client.xpending(INTERNAL, GROUP)["pending"] == 0)
    assert mirror.account()["ver"] == 1
    assert len(mirror.all(documents.AUDIT_EVENTS)) == 1


def test_a_new_inbox_is_no_gap(
    settings: Settings, streams: redis.Redis, mirror: Mirror, feed: Feed, tmp_path: Path
) -> None:
    """Nothing was read before, so that nothing can be missing; a restart finds its group."""
    for number in range(2):
        with working(settings, tmp_path / "log"):
            feed.tell("customer.created.v1", customer(f"C-{number}"))
            wait_until(partial(mirror.find, documents.CUSTOMERS, f"C-{number}"))
    assert "inbox_lost" not in (tmp_path / "log").read_text()
    assert streams.xinfo_groups(INBOX)


def test_a_mongod_that_steps_down_is_waited_for(
    settings: Settings, streams: redis.Redis, feed: Feed, tmp_path: Path
) -> None:
    """The batch is done again when it is primary again; no event fails for it."""
    server = MongoServer(tmp_path / "mongo" / "data", free_port())
    server.start()
    try:
        there = replace(settings, mongodb_url=server.url)
        client: pymongo.MongoClient[dict[str, Any]]
        with pymongo.MongoClient(server.url) as client, working(there, tmp_path / "log"):
            marks: Collection[dict[str, Any]] = client[settings.db_name]["marks"]
            for number in range(200):
                feed.tell("customer.created.v1", customer(f"C-{number}"))
            wait_until(lambda: marks.count_documents({}))
            client.admin.command("replSetStepDown", 2, force=True)
            for number in range(200, 400):
                feed.tell("customer.created.v1", customer(f"C-{number}"))
            wait_until(lambda: marks.count_documents({}) == 400)
            assert feed.dead_letters() == []
            assert not streams.exists("failures:billie-servicing-processor")
    finally:
        server.stop()
