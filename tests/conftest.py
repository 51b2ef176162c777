"""Real servers for the tests: one mongod and one redis-server a run, on free ports."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.database import Database

from embedded.servers import MongoServer, RedisServer
from tests import tried_again
from tests.browser import fixtures
from tests.browser.fixtures import browser, context
from tests.databases import Databases
from tests.desk_fixtures import desk, desk_database
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.told_times import told

__all__ = ["browser", "context", "desk", "desk_database"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and what may be tried again."""
    fixtures.mark(items)
    tried_again.mark(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failing browser test tell what its pages showed."""
    report = yield
    fixtures.add_pages(item, report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the journeys took, and what was tried again."""
    for line in told(each for every in terminalreporter.stats.values() for each in every):
        terminalreporter.write_line(line)
    for each in tried_again.told(terminalreporter.stats.get("rerun", ())):
        terminalreporter.section("tried again")
        terminalreporter.write_line(each)


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A real mongod, the run's own."""
    server = MongoServer(tmp_path_factory.mktemp("mongo") / "data", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real redis-server, the run's own."""
    server = RedisServer(tmp_path_factory.mktemp("redis") / "data", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server, the run's own; each journal is in a schema of its own."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that the test may stop, and fill to its last byte."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The databases that tests leave empty for one another."""
    return Databases()


@pytest.fixture
def database(mongo_server: MongoServer, databases: Databases) -> Iterator[Database[dict[str, Any]]]:
    """An empty database, nobody else's while the test runs."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        mongo_server.url, tz_aware=True
    )
    with databases.taken(client) as each:
        yield each
    client.close()


@pytest.fixture
def streams(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """An empty Redis; entries are read as bytes."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder for a product's data, the test's own."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder
