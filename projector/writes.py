"""Writes of one transaction, by plain commands.

Of a document that stands already only the fields that differ are set: the same result as
to replace it, in a third of the server's time.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from projector.happening import Stored, Write, is_same
from proto.codec import Poison

COMMAND_BYTES_MAX: Final = 16 * 1024 * 1024
"""A third of what MongoDB takes in one message."""

WORTH_MEASURING_BYTES: Final = 128 * 1024
"""No document comes near the limit by a smaller change to one of its few fields."""


class DocumentTooLarge(Poison):
    """A document would not fit into MongoDB any more."""


class Writes:
    """Inserts, updates and deletions inside one transaction."""

    def __init__(
        self, database: Database[dict[str, Any]], session: ClientSession, bytes_max: int
    ) -> None:
        self._database, self._session, self._bytes_max = database, session, bytes_max

    def write(self, writes: Iterable[Write]) -> None:
        """Bring documents to their new state. Raises DocumentTooLarge, BulkWriteError."""
        inserts: dict[str, list[RawBSONDocument]] = {}
        updates: dict[str, list[RawBSONDocument]] = {}
        deletions: dict[str, list[str]] = {}
        for each in writes:
            if each.document is None:
                deletions.setdefault(each.collection, []).append(each.key)
            elif each.before is None and each.is_new:
                body = self._measured(bson.encode(each.document), each.document)
                inserts.setdefault(each.collection, []).append(RawBSONDocument(body))
            else:
                statement = self._statement(each.document, each.before)
                updates.setdefault(each.collection, []).append(RawBSONDocument(statement))
        for collection, bodies in inserts.items():
            self._send("insert", collection, "documents", bodies)
        for collection, bodies in updates.items():
            self._send("update", collection, "updates", bodies)
        for collection, keys in deletions.items():
            self.delete(collection, keys)

    def insert(self, collection: str, documents: Iterable[Stored]) -> None:
        """Insert small documents."""
        bodies = [RawBSONDocument(bson.encode(each)) for each in documents]
        self._send("insert", collection, "documents", bodies)

    def upsert(self, collection: str, updates: dict[str, dict[str, Any]]) -> None:
        """Update each of these documents, or make it."""
        statements = [
            {"q": {"_id": key}, "u": update, "upsert": True} for key, update in updates.items()
        ]
        bodies = [RawBSONDocument(bson.encode(each)) for each in statements]
        self._send("update", collection, "updates", bodies)

    def delete(self, collection: str, keys: list[str]) -> None:
        """Delete documents that may be there."""
        if keys:
            statement = {"q": {"_id": {"$in": keys}}, "limit": 0}
            body = RawBSONDocument(bson.encode(statement))
            self._send("delete", collection, "deletes", [body])

    def _statement(self, document: Stored, before: Stored | None) -> bytes:
        key = {"_id": document["_id"]}
        change = _difference(before, document)
        statement = {"q": key, "u": change, "upsert": before is None}
        return self._measured(bson.encode(statement), document)

    def _measured(self, body: bytes, document: Stored) -> bytes:
        if len(body) > min(WORTH_MEASURING_BYTES, self._bytes_max):
            size = len(bson.encode(document))
            if size > self._bytes_max:
                raise DocumentTooLarge(f"a document would have {size} bytes")
        return body

    def _send(
        self, command: str, collection: str, part: str, bodies: list[RawBSONDocument]
    ) -> None:
        for chunk in _chunks(bodies):
            arguments: dict[str, Any] = {part: chunk, "ordered": False}
            answer = self._database.command(command, collection, session=self._session, **arguments)
            if answer.get("writeErrors"):
                raise BulkWriteError(answer)


def _difference(before: Stored | None, after: Stored) -> dict[str, Any]:
    """Give the update that makes the one document the other."""
    if before is None:
        return after
    changed = {
        name: value
        for name, value in after.items()
        if name not in before or (value is not before[name] and not is_same(value, before[name]))
    }
    removed = {name: "" for name in before if name not in after}
    return {"$set": changed, "$unset": removed} if removed else {"$set": changed}


def _chunks(bodies: list[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    chunk: list[RawBSONDocument] = []
    size = 0
    for body in bodies:
        if chunk and size + len(body.raw) > COMMAND_BYTES_MAX:
            yield chunk
            chunk, size = [], 0
        chunk.append(body)
        size += len(body.raw)
    if chunk:
        yield chunk
