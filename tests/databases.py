"""Databases that tests leave empty for one another.

A fresh database for each test costs MongoDB more than a hundred files, which it keeps open
for minutes after they were dropped: a whole run would come to the end of what the system
allows.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pymongo
from pymongo.database import Database
from pymongo.errors import PyMongoError

from proto import documents

EMPTYING_MS_MAX: Final = 2_000
DECLARED: Final = frozenset(each.name for each in documents.COLLECTIONS)

Client = pymongo.MongoClient[dict[str, Any]]


class Databases:
    """The names of the databases that are free and empty."""

    def __init__(self) -> None:
        self._free: list[str] = []

    @contextmanager
    def taken(self, client: Client) -> Iterator[Database[dict[str, Any]]]:
        """Give an empty database, and empty it afterwards."""
        name = self._free.pop() if self._free else f"test-{uuid.uuid4().hex[:12]}"
        yield client[name]
        try:
            _empty(client[name])
        except PyMongoError:
            client.drop_database(name)  # somebody who was killed holds what they wrote in it
        else:
            self._free.append(name)


def _empty(database: Database[dict[str, Any]]) -> None:
    """Delete every document; drop the collections that a test made or changed."""
    with pymongo.timeout(EMPTYING_MS_MAX / 1_000):
        stay = []
        for each in list(database.list_collections()):
            if each["name"] in DECLARED and "validator" not in each["options"]:
                stay.append(each["name"])
            else:
                database.drop_collection(each["name"])
        for name in _filled(database, stay):
            database[name].delete_many({})


def _filled(database: Database[dict[str, Any]], names: list[str]) -> list[str]:
    """Give those that have documents, by one question instead of one a collection."""
    if not names:
        return []

    def first(name: str) -> list[dict[str, Any]]:
        return [{"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]

    others = [{"$unionWith": {"coll": each, "pipeline": first(each)}} for each in names[1:]]
    return [each["_id"] for each in database[names[0]].aggregate([*first(names[0]), *others])]
