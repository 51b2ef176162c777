"""The projector's collections: the live ones, and those that a rebuild fills beside them."""

from datetime import UTC
from typing import Any, Final

from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo import IndexModel, MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from proto import documents

TIMEZONED: Final[CodecOptions[dict[str, Any]]] = CodecOptions(tz_aware=True, tzinfo=UTC)
ANY_TIME: Final = TIMEZONED.with_options(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
"""How documents are read that may have been tampered with: with times of no calendar too."""


class AsWritten(dict[str, Any]):
    """A document in which a name may stand twice, which MongoDB takes: both are kept."""

    def __setitem__(self, name: str, value: object) -> None:
        """Take in a field; one whose name was there before is kept beside it."""
        while name in self:
            name = f"{name} (again)"
        super().__setitem__(name, value)


AS_WRITTEN: Final = ANY_TIME.with_options(document_class=AsWritten)
"""The same, with each field of a name: a reader takes the last, a query finds by any."""

REBUILD: Final = "rebuild-"
NAMESPACE_EXISTS: Final = 48

OWN: Final = frozenset(
    {
        documents.MARKS.name,
        documents.PARKED_EVENTS.name,
        documents.ARCHIVE.name,
        documents.ARCHIVE_RETENTION.name,
        documents.UNKNOWN_EVENTS.name,
        documents.MATCH_SCORES.name,
        documents.MISMATCHES.name,
        documents.HEARTBEATS.name,
        documents.LOCKS.name,
        documents.FENCES.name,
        documents.DEAD_LETTERS.name,
        documents.LETTER_ANSWERS.name,
        documents.REBUILDS.name,
    }
)
"""What the projector keeps for itself; everything else that it writes is folded from events."""

PROJECTED: Final = tuple(
    each for each in documents.COLLECTIONS if each.writer == "projector" and each.name not in OWN
)


class Shelf(Database[dict[str, Any]]):
    """A database in which every collection's name begins with a prefix."""

    def __init__(self, client: MongoClient[dict[str, Any]], name: str, prefix: str) -> None:
        super().__init__(client, name, codec_options=TIMEZONED)
        self._prefix = prefix

    def __getitem__(self, name: str) -> Collection[dict[str, Any]]:
        """Give a collection by its name on this shelf."""
        return super().__getitem__(f"{self._prefix}{name}")

    def command(  # type: ignore[override] # the two forms that the projector uses
        self,
        command: str,
        value: str,
        *,
        session: ClientSession | None = None,
        **arguments: Any,  # noqa: ANN401 - the arguments of any command
    ) -> dict[str, Any]:
        """Run a command on a collection of this shelf."""
        return super().command(command, f"{self._prefix}{value}", session=session, **arguments)


def make(database: Database[dict[str, Any]], collection: documents.Collection, name: str) -> None:
    """Make a collection under a name, with its indexes; one that is there stays."""
    clustered = {"key": {"_id": 1}, "unique": True}
    options: dict[str, Any] = {"clusteredIndex": clustered} if collection.clustered else {}
    try:
        database.create_collection(name, check_exists=False, **options)
    except CollectionInvalid:
        pass  # it is there, or another projector made it in the same moment
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:
            raise
    indexes = [IndexModel(list(each.fields), **each.options) for each in collection.indexes]
    if indexes:
        database[name].create_indexes(indexes)
