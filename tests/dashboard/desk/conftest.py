"""Customers and accounts as the projector would have stored them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import Struct
from pymongo.database import Database

from dashboard.ledger_client import LedgerClient
from proto import documents
from proto.codec import to_mongo
from proto.documents import Collection
from tests.dashboard.desk.recording_ledger import RecordingLedger
from tests.dashboard.desk.whole_trail import make_history
from tests.ledger.clocked import ClockedLedger
from tests.ports import free_port

DeskDatabase = Database[dict[str, Any]]
Store = Callable[[Collection, str, Struct], None]


@pytest.fixture
def store(database: DeskDatabase) -> Store:
    """A way to put documents where the projector would, with its indexes in place."""
    for collection in documents.COLLECTIONS:
        for index in collection.indexes:
            database[collection.name].create_index(list(index.fields), **index.options)

    def put(collection: Collection, key: str, document: Struct) -> None:
        stored = {"_id": key, **to_mongo(document)}
        database[collection.name].replace_one({"_id": key}, stored, upsert=True)

    return put


@pytest.fixture
def books() -> Iterator[RecordingLedger]:
    """A ledger that records."""
    server = RecordingLedger(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedLedger]:
    """A real ledger in which everything has happened."""
    with ClockedLedger(tmp_path_factory.mktemp("ledger")) as process:
        make_history(process.with_staff())
        yield process


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Workers, as the desk has them."""
    with ThreadPoolExecutor(4) as workers:
        yield workers


@pytest.fixture
def client(books: RecordingLedger) -> Iterator[LedgerClient]:
    """A client that tries twice."""
    client = LedgerClient(books.address, lambda *_: "token", back_off_seconds=(0.01,))
    yield client
    client.close()
