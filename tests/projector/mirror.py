"""Reads what stands in MongoDB, as plain values that a test can compare."""

from typing import Any

import msgspec
from bson import Decimal128
from pymongo.database import Database

from projector.shelf import PROJECTED
from proto import codec, documents

Plain = dict[str, Any]


class Mirror:
    """The read models; money as text, and each document checked against the contract."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.database = database

    def one(self, collection: documents.Collection, key: str) -> Plain:
        """Give a document that must be there."""
        found = self.find(collection, key)
        assert found is not None, f"{collection.name} has no {key}"
        return found

    def find(self, collection: documents.Collection, key: str) -> Plain | None:
        """Give a document, or None."""
        return next((each for each in self.all(collection) if each["_id"] == key), None)

    def account(self, key: str = "LOAN-1") -> Plain:
        """Give an account."""
        return self.one(documents.LOAN_ACCOUNTS, key)

    def customer(self, key: str = "CUS-1") -> Plain:
        """Give a customer."""
        return self.one(documents.CUSTOMERS, key)

    def all(self, collection: documents.Collection) -> list[Plain]:
        """Give all documents of a collection in the order of their keys."""
        found = self.database[collection.name].find().sort("_id")
        return [_checked(collection, each) for each in found]

    def take_only(self, collection: str, rule: Plain) -> None:
        """Let MongoDB refuse documents of a collection that break a rule; an empty one is none."""
        if collection not in self.database.list_collection_names():
            self.database.create_collection(collection)
        self.database.command("collMod", collection, validator=rule)

    def everything(self) -> dict[str, list[Plain]]:
        """Give everything that events made, without the entries' own times."""
        own = (documents.MARKS, documents.PARKED_EVENTS, documents.UNKNOWN_EVENTS)
        return {each.name: self.all(each) for each in (*PROJECTED, *own)}


def _checked(collection: documents.Collection, stored: dict[str, Any]) -> Plain:
    """Fail on a field that documents.py does not declare, or that it declares otherwise."""
    if collection.document is not documents.MarkDocument:
        read = codec.from_mongo(collection.document, stored)
        _no_more_than_declared(read, stored)
    plain: Plain = _plain(stored)
    return plain


def _no_more_than_declared(read: msgspec.Struct, stored: dict[str, Any]) -> None:
    names = dict(zip(read.__struct_encode_fields__, read.__struct_fields__, strict=True))
    extra = stored.keys() - names.keys() - {"_id"}
    assert not extra, f"{type(read).__name__} does not declare {sorted(extra)}"
    for stored_name, name in names.items():
        inner = getattr(read, name)
        if isinstance(inner, msgspec.Struct):
            _no_more_than_declared(inner, stored[stored_name])
        elif isinstance(inner, list) and inner and isinstance(inner[0], msgspec.Struct):
            for each, raw in zip(inner, stored[stored_name], strict=True):
                _no_more_than_declared(each, raw)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any stored value
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal128) else value
