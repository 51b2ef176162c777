"""A lost Redis or MongoDB is waited for, and no event is blamed for it (events.md, 3.5)."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.collection import Collection

from embedded.servers import MongoServer, RedisServer
from projector import assembly
from projector.archive import Archive
from projector.item import Entry, Item
from projector.settings import Settings
from projector.store import Store, Unreachable
from projector.stream import Reader, is_passing
from proto.codec import read_envelope
from proto.streams import INBOX
from tests.ports import free_port
from tests.projector.conftest import Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror

SECONDS_MAX = 120.0


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def killed(server: MongoServer | RedisServer) -> None:
    """End a server as a power cut does."""
    assert server.process is not None
    server.process.kill()
    server.process.wait()


@pytest.fixture
def fragile_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server that the test may kill."""
    server = RedisServer(tmp_path / "redis" / "data", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fragile_mongo(tmp_path: Path) -> Iterator[MongoServer]:
    """A mongod that the test may kill."""
    server = MongoServer(tmp_path / "mongo" / "data", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def working() -> Iterator[Callable[[Settings], None]]:
    """Let projectors work in threads until the test ends."""
    with ExitStack() as stack:

        def work(settings: Settings) -> None:
            projector, _ = stack.enter_context(assembly.projector(settings))
            thread = threading.Thread(target=projector.run)
            thread.start()
            stack.callback(thread.join)
            stack.callback(projector.stop)

        yield work


def test_a_killed_redis_loses_nothing(
    fragile_redis: RedisServer,
    settings: Settings,
    mirror: Mirror,
    working: Callable[[Settings], None],
) -> None:
    """The projector resumes by itself where it was."""
    marks = mirror.database["marks"]
    working(replace(settings, redis_url=fragile_redis.url))
    told = 0
    for _ in range(2):
        with redis.Redis.from_url(fragile_redis.url) as client:
            for _ in range(300):
                told += 1
                Feed(client).tell("customer.created.v1", customer(f"C-{told}"), id=f"e{told}")
        wait_until(lambda: marks.count_documents({}) > 0)
        killed(fragile_redis)
        fragile_redis.start()
    wait_until(lambda: marks.count_documents({}) == 600)
    with redis.Redis.from_url(fragile_redis.url) as client:
        assert Feed(client).dead_letters() == []


def test_a_killed_mongod_loses_nothing(
    fragile_mongo: MongoServer,
    settings: Settings,
    streams: redis.Redis,
    working: Callable[[Settings], None],
) -> None:
    """However long it is away, no event fails for it."""
    working(replace(settings, mongodb_url=fragile_mongo.url))
    feed = Feed(streams)
    for number in range(300):
        feed.tell("customer.created.v1", customer(f"C-{number}"))
    killed(fragile_mongo)
    for number in range(300, 600):
        feed.tell("customer.created.v1", customer(f"C-{number}"))
    fragile_mongo.start()
    client: pymongo.MongoClient[dict[str, Any]]
    with pymongo.MongoClient(fragile_mongo.url) as client:
        marks: Collection[dict[str, Any]] = client[settings.db_name]["marks"]
        wait_until(lambda: marks.count_documents({}) == 600)
        assert client[settings.db_name]["customers"].count_documents({}) == 600
    assert feed.dead_letters() == []
    assert not streams.exists("failures:billie-servicing-processor")


@contextmanager
def hanging(server: MongoServer | RedisServer) -> Iterator[None]:
    """Let a server hold its connections and answer nobody."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def test_a_mongod_that_hangs_fails_no_event(fragile_mongo: MongoServer, settings: Settings) -> None:
    """Whoever has waited long enough for its answer is told to wait, and does the same again."""
    there = replace(settings, mongodb_url=fragile_mongo.url)
    fields = {b"typ": b"customer.verified.v1", b"id": b"e-1", b"payload": b'{"customer_id":"C-1"}'}
    entry = Entry(INBOX, "1795275063605-0", fields)
    item = Item(entry, read_envelope(INBOX, entry.entry_id, fields))
    with (
        closing(assembly.open_keys(there)) as keys,
        assembly.mongo_client(there, 5.0, 30.0) as patient,
        assembly.mongo_client(there, 1.0, 1.0) as hasty,
    ):
        stores = [
            Store(client, there.db_name, "test", there.limits, Archive(keys))
            for client in (patient, hasty)
        ]
        stores[0].prepare()
        with hanging(fragile_mongo), pytest.raises(Unreachable):
            stores[1].apply([item])
        assert stores[0].apply([item]).applied == [item]
        assert stores[0].apply([item]).duplicates == [item]


def test_a_redis_that_hangs_is_waited_for(fragile_redis: RedisServer) -> None:
    """To have no answer is a state of the world as well."""
    with assembly.redis_client(fragile_redis.url, 2.0) as client:
        reader = Reader(client, "test", entries_max=10, bytes_max=10_000)
        reader.make_groups()
        with hanging(fragile_redis), pytest.raises(redis.RedisError) as told:
            reader.read((INBOX,), None)
        assert is_passing(told.value)


def test_what_a_killed_projector_left_open_is_ended(
    settings: Settings, mirror: Mirror, feed: Feed, start: Start
) -> None:
    """MongoDB would hold its writes against everybody for a minute."""
    mirror.database["customers"].insert_one({"_id": "CUS-1", "customerId": "CUS-1"})
    with assembly.mongo_client(settings, 5.0, 5.0) as orphan, orphan.start_session() as session:
        session.start_transaction()
        customers = orphan[settings.db_name]["customers"]
        customers.update_one({"_id": "CUS-1"}, {"$set": {"firstName": "Lost"}}, session=session)
        feed.tell("customer.created.v1", customer())
        with start(settings) as drain:
            drain()
        assert mirror.customer()["fullName"] == "Mia Chen"
        session.abort_transaction()
