"""A lost Redis or MongoDB is waited for, and no event is blamed for it (events.md, 3.5)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.collection import Collection

from embedded.process import free_port
from embedded.servers import MongoServer, RedisServer
from projector import assembly
from projector.settings import Settings
from tests.projector.conftest import Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror

SECONDS_MAX = 60.0


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
