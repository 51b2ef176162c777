"""A desk of the browser tests' own, and a tab at it."""

import uuid
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
import redis
from playwright.sync_api import BrowserContext, Page
from pymongo.database import Database

from dashboard.sessions import Sessions
from embedded.process import free_port
from embedded.servers import MongoServer, RedisServer
from tests.desk_process import PASSWORD, DeskProcess, add_staff, run_dashboard


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of it."""
    return context.new_page()


@pytest.fixture(scope="module")
def desk(
    mongo_server: MongoServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskProcess]:
    """A running desk without a ledger."""
    desk = DeskProcess(
        tmp_path_factory.mktemp("desk"),
        mongo_server.url,
        redis_server.url,
        f"test-browser-{uuid.uuid4().hex[:8]}",
        f"127.0.0.1:{free_port()}",
    )
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def desk_database(
    mongo_server: MongoServer, desk: DeskProcess
) -> Iterator[Database[dict[str, Any]]]:
    """The desk's read models."""
    with pymongo.MongoClient[dict[str, Any]](mongo_server.url, tz_aware=True) as client:
        yield client[desk.environ["DB_NAME"]]


@pytest.fixture
def sessions(redis_server: RedisServer) -> Sessions:
    """The desk's sessions."""
    return Sessions(redis.Redis.from_url(redis_server.url))


@pytest.fixture
def username(desk: DeskProcess, desk_database: Database[dict[str, Any]]) -> str:
    """Somebody of support who can sign in; the username is the staff id."""
    staff_id = add_staff(desk_database)
    arguments = ("set-password", "--staff-id", staff_id, "--username", staff_id)
    done = run_dashboard(*arguments, environ=desk.environ, typed=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    return staff_id
