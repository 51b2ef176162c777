"""Customers and accounts as the projector would have stored them."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import Struct
from pymongo.database import Database

from proto import documents
from proto.codec import to_mongo
from proto.documents import Collection

DeskDatabase = Database[dict[str, Any]]
Store = Callable[[Collection, str, Struct], None]


@pytest.fixture
def store(database: DeskDatabase) -> Store:
    """A way to put documents where the projector would, with its indexes in place."""
    for collection in documents.COLLECTIONS:
        for index in collection.indexes:
            database[collection.name].create_index(list(index.fields), unique=index.unique)

    def put(collection: Collection, key: str, document: Struct) -> None:
        stored = {"_id": key, **to_mongo(document)}
        database[collection.name].replace_one({"_id": key}, stored, upsert=True)

    return put
