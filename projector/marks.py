"""The marks of the events from outside that were applied, for ever.

They stand in a clustered collection, where an event costs 31 bytes. MongoDB 6 reads
such a collection from end to end for a query with `$in` (0.1 s at 200,000 marks), but
seeks in it for a `$lookup`: 23 ms for a thousand marks, however many there are.
"""

from collections.abc import Sequence
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from proto.documents import MARKS

DUPLICATE_KEY: Final = 11_000


class SeenBefore(Exception):  # noqa: N818 - what it tells, which is no error
    """Some event of the batch may have been applied before: look the marks up first."""


class Marks:
    """The marks, inside one transaction; without a session, to look at them."""

    def __init__(self, database: Database[dict[str, Any]], session: ClientSession | None) -> None:
        self._database, self._session = database, session

    def found(self, marks: Sequence[bytes]) -> set[bytes]:
        """Give those that are there."""
        if not marks:
            return set()
        pipeline: list[dict[str, Any]] = [
            {"$documents": [{"mark": mark} for mark in marks]},
            {
                "$lookup": {
                    "from": MARKS.name,
                    "localField": "mark",
                    "foreignField": "_id",
                    "as": "found",
                }
            },
            {"$match": {"found": {"$ne": []}}},
            {"$project": {"mark": 1}},
        ]
        answer = self._database.aggregate(pipeline, session=self._session)
        return {bytes(each["mark"]) for each in answer}

    def insert(self, marks: Sequence[bytes], *, looked_up: bool) -> None:
        """Insert new ones. Raises SeenBefore where one is there and nobody had looked.

        It is one plain command: an object for each mark took longer than the fold.
        """
        if not marks:
            return
        documents = [{"_id": mark} for mark in marks]
        answer = self._database.command(
            "insert", MARKS.name, documents=documents, ordered=False, session=self._session
        )
        errors = answer.get("writeErrors", ())
        if not looked_up and any(each["code"] == DUPLICATE_KEY for each in errors):
            raise SeenBefore
        if errors:
            raise BulkWriteError(answer)
