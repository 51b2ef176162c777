"""A running desk without a ledger; tests/conftest.py offers it to all."""

import uuid
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from embedded.servers import MongoServer, RedisServer
from tests.desk_process import DeskProcess
from tests.ports import free_port


@pytest.fixture(scope="module")
def desk(
    mongo_server: MongoServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskProcess]:
    """A running desk whose ledger's port nobody listens on yet."""
    desk = DeskProcess(
        tmp_path_factory.mktemp("desk"),
        mongo_server.url,
        redis_server.url,
        f"test-desk-{uuid.uuid4().hex[:8]}",
        f"127.0.0.1:{free_port()}",
    )
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def desk_database(
    mongo_server: MongoServer, desk: DeskProcess
) -> Iterator[Database[dict[str, Any]]]:
    """The running desk's read models."""
    with pymongo.MongoClient[dict[str, Any]](mongo_server.url, tz_aware=True) as client:
        yield client[desk.environ["DB_NAME"]]
