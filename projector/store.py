"""MongoDB: collections made at start-up, batches written exactly once.

A transient error means the whole batch again. Any other error means halves, down to one
entry, and only that one has failed. A lost or refusing server is a fault of the world: it
is raised to whoever can wait.
"""

import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from projector import shelf
from projector.archive import Archive
from projector.archive_keys import KeysUnavailable
from projector.fail_points import FailPoint, reach
from projector.fence import Fenced, Patience
from projector.happening import Limits
from projector.item import Item
from projector.marks import DUPLICATE_KEY, Marks, SeenBefore
from projector.orphans import end_orphans
from projector.outcome import Outcome
from projector.retention import Retention, taken
from projector.settings import BadSetting
from projector.shelf import TIMEZONED
from projector.transaction import Transaction
from proto import documents
from proto.codec import Poison
from proto.values import Instant

DURABLE: Final = WriteConcern("majority", j=True)
SNAPSHOT: Final = ReadConcern("snapshot")
TRANSIENT_TRIES_MAX: Final = 30
LOOK_FOR_ORPHANS: Final = 6
IDLE_SECONDS_MAX: Final = 5.0
"""After so long without use a connection to MongoDB is made anew.

One that was made while the server had just begun offers no sessions for as long as it
lives, however ready the server is by then: to leave it alone for so long is the cure.
"""

IDLE_MARGIN_SECONDS: Final = 0.5
WAITING_COUNT_MAX: Final = 1_000
WORLD_CODES: Final = frozenset(
    {
        13,  # Unauthorized
        18,  # AuthenticationFailed
        50,  # MaxTimeMSExpired
        89,  # NetworkTimeout
        91,  # ShutdownInProgress
        94,  # NotYetInitialized
        189,  # PrimarySteppedDown
        8000,  # AtlasError
        11600,  # InterruptedAtShutdown
        11602,  # InterruptedDueToReplStateChange
        14031,  # OutOfDiskSpace
    }
)
"""Answers of a server that takes nobody's writes now: no event is to blame."""

_MADE: Final = set[tuple[str, str, str]]()
"""Collections that this process has given their indexes, by server process and database.

To look at every one again after each short loss takes longer than all the rest of it.
"""


class Unreachable(Exception):  # noqa: N818 - the state of the world, not of an event
    """MongoDB cannot be written to now; wait so long at least, and do the same again."""

    def __init__(self, text: str, least_seconds: float = 0.0) -> None:
        super().__init__(text)
        self.least_seconds = least_seconds


class Store:
    """Writes batches; one for each loop."""

    def __init__(
        self,
        client: MongoClient[dict[str, Any]],
        db_name: str,
        consumer: str,
        limits: Limits,
        archive: Archive,
        retention: Retention | None = None,
    ) -> None:
        self._client, self._consumer, self._archive = client, consumer, archive
        self.database: Database[dict[str, Any]] = client.get_database(
            db_name, codec_options=TIMEZONED
        )
        self._limits = limits
        self._look_up = False
        self._retention = retention
        self._patience = Patience(self.database)

    def prepare(self) -> None:
        """Make the projector's collections and indexes. Raises Unreachable, BadSetting."""
        try:
            server = self._require_transactions()
            end_orphans(self._client, self._consumer)
            there = set(self.database.list_collection_names())
            for collection in documents.COLLECTIONS:
                made = (server, self.database.name, collection.name)
                if collection.writer != "projector" or (collection.name in there and made in _MADE):
                    continue
                shelf.make(self.database, collection, collection.name)
                _MADE.add(made)
        except PyMongoError as error:
            raise fault_of(error) from error

    def apply(self, items: Sequence[Item], *, release: bool = True) -> Outcome:
        """Write a batch. Raises Unreachable, and then nothing or everything was written.

        Without `release`, parked events stay where they are.
        """
        if not items:
            return Outcome()
        try:
            return self._whole(items, release=release)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, one entry must answer for it
            return self._parts(items, error, release=release)

    def applied(self, marks: Sequence[bytes]) -> set[bytes]:
        """Give those marks that applied events bear. Raises Unreachable."""
        try:
            return Marks(self.database, None).found(marks)
        except PyMongoError as error:
            raise fault_of(error) from error

    def parked_subjects(self) -> list[str]:
        """Give the subjects of which events wait. Raises Unreachable."""
        try:
            parked = self.database[documents.PARKED_EVENTS.name]
            return [str(each) for each in parked.distinct("subjectId")]
        except PyMongoError as error:
            raise fault_of(error) from error

    def decisions_waiting(self) -> int:
        """Count the requests that were decided and have not come. Raises Unreachable."""
        try:
            waiting = self.database[documents.WAITING_DECISIONS.name]
            return waiting.count_documents({}, limit=WAITING_COUNT_MAX)
        except PyMongoError as error:
            raise fault_of(error) from error

    def has_marks(self) -> bool:
        """Tell whether any event from outside was ever applied. Raises Unreachable."""
        try:
            return self.database[documents.MARKS.name].find_one({}) is not None
        except PyMongoError as error:
            raise fault_of(error) from error

    def last_outside(self) -> Instant | None:
        """Give when the last event from outside came that was applied. Raises Unreachable."""
        outside = {"sealed": {"$exists": True}}
        try:
            archive = self.database[documents.ARCHIVE.name]
            last = archive.find_one(outside, {"receivedAt": 1}, sort=[("_id", -1)])
            gone = taken(self.database) if last is None else None
        except PyMongoError as error:
            raise fault_of(error) from error
        if last is None:
            return gone.last_received_at if gone else None
        return Instant.of(last["receivedAt"])

    def forget_old(self) -> bool:
        """Let the archive's retention take a step; tell if there is more. Raises Unreachable."""
        try:
            return self._retention is not None and self._retention.step() > 0
        except PyMongoError as error:
            raise fault_of(error) from error

    def _require_transactions(self) -> str:
        """Refuse a server on which every single event would fail; else name its process."""
        hello = self._client.admin.command("hello")
        if hello.get("isreplicaset"):
            raise Unreachable("a member of a set that has not begun")
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise BadSetting(
                "MONGODB_URL names a MongoDB without transactions: start it as a replica set "
                "(one node is enough), or unset MONGODB_URL and run `make run`."
            )
        return str(hello.get("topologyVersion", {}).get("processId") or uuid.uuid4())

    def _parts(self, items: Sequence[Item], error: Exception, *, release: bool) -> Outcome:
        if len(items) > 1:
            middle = len(items) // 2
            outcome = self.apply(items[:middle], release=release)
            outcome.add(self.apply(items[middle:], release=release))
            return outcome
        if release and items[0].is_ledger:
            return self.apply(items, release=False)
        if isinstance(error, Poison):
            return Outcome(poison=[(items[0], error)])
        return Outcome(failed=[(items[0], error)])

    def _whole(self, items: Sequence[Item], *, release: bool) -> Outcome:
        """Run one transaction, again while its errors are transient."""
        attempt = 0
        while attempt < TRANSIENT_TRIES_MAX:
            try:
                return self._once(items, release=release)
            except SeenBefore:
                self._look_up = True
                continue
            except Fenced:
                self._at_fence()
                continue
            except KeysUnavailable as error:
                raise Unreachable("the archive's keys") from error
            except PyMongoError as error:
                if is_world(error):
                    raise fault_of(error) from error
                if not _is_transient(error, attempt):
                    raise
            time.sleep(min(0.5, 0.002 * 2**attempt))
            if attempt % LOOK_FOR_ORPHANS == LOOK_FOR_ORPHANS - 1:
                self._end_orphans()
            attempt += 1
        raise Unreachable("the transaction met others again and again")

    def _at_fence(self) -> None:
        try:
            self._patience.wait()
        except PyMongoError as error:
            raise fault_of(error) from error

    def _end_orphans(self) -> None:
        try:
            end_orphans(self._client, self._consumer)
        except PyMongoError as error:
            raise fault_of(error) from error

    def _once(self, items: Sequence[Item], *, release: bool) -> Outcome:
        """Run the transaction; after a batch with duplicates the next one looks for them first."""
        with self._client.start_session() as session:
            transaction = Transaction(
                self.database,
                session,
                archive=self._archive,
                limits=self._limits,
                look_up=self._look_up,
            )
            with session.start_transaction(read_concern=SNAPSHOT, write_concern=DURABLE):
                outcome = transaction.run(items, release=release)
                reach(FailPoint.BEFORE_COMMIT)
        reach(FailPoint.AFTER_WRITE)
        self._look_up = bool(outcome.duplicates)
        return outcome


def is_world(error: PyMongoError) -> bool:
    """Tell whether MongoDB cannot be written to now, whatever is written."""
    if isinstance(error, ConnectionFailure | ExecutionTimeout | ConfigurationError):
        return True  # of the last, see IDLE_SECONDS_MAX
    if error.has_error_label("UnknownTransactionCommitResult"):
        return True
    return isinstance(error, OperationFailure) and error.code in WORLD_CODES


def _is_transient(error: PyMongoError, attempt: int) -> bool:
    """Tell whether the same batch can go through a moment later.

    A duplicate key is what remains of a race with another projector that wrote first: it
    is gone at the next try, or it is no race.
    """
    if error.has_error_label("TransientTransactionError"):
        return True
    return attempt == 0 and DUPLICATE_KEY in _codes(error)


def _codes(error: PyMongoError) -> set[int]:
    if not isinstance(error, OperationFailure):
        return set()
    details = error.details or {}
    written = {int(each.get("code", 0)) for each in details.get("writeErrors", ())}
    return {error.code or 0, *written}


def fault_of(error: PyMongoError) -> Exception:
    """Give what the loop is told of an error: that it is to wait, or the error itself."""
    if isinstance(error, ConfigurationError):
        return Unreachable("no sessions", IDLE_SECONDS_MAX + IDLE_MARGIN_SECONDS)
    return Unreachable(type(error).__name__) if is_world(error) else error
