"""One batch inside one MongoDB transaction: look up, lock, read, fold, write."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bson.timestamp import Timestamp
from pymongo.client_session import ClientSession
from pymongo.database import Database

from projector import batch, fence
from projector.archive import Archive
from projector.happening import ACCOUNTS, REVIEWS, Documents, Limits, Stored
from projector.item import Item
from projector.marks import Marks
from projector.outcome import Outcome
from projector.parked import (
    parked_document,
    parked_id,
    parked_item,
    type_name,
    unknown_update,
)
from projector.plan import Plan, plan
from projector.writes import Writes
from proto import documents
from proto.codec import Poison, to_mongo


class Transaction:
    """The reads and writes of one batch; made anew for each try.

    Without `look_up` the batch is taken to hold nothing that was applied before; where it
    does, SeenBefore says so, and the batch is done again with `look_up`.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        session: ClientSession,
        *,
        archive: Archive,
        limits: Limits,
        look_up: bool,
    ) -> None:
        self._database, self._session, self._archive = database, session, archive
        self._writes = Writes(database, session, limits.document_bytes_max)
        self._marks, self._look_up = Marks(database, session), look_up
        self._documents = Documents(limits)

    def run(self, items: Sequence[Item], *, release: bool) -> Outcome:
        """Do everything of a batch but the commit."""
        fence.look(self._database, self._session)
        decided, poison = self._decide(items, release=release)
        fresh = [item.mark for item in decided.fresh if not item.is_ledger]
        self._marks.insert(fresh, looked_up=self._look_up)
        self._read(decided.fresh)
        batch.fold(decided.fresh, self._documents)
        self._write(decided)
        self._keep(decided.fresh)
        unknown = [item for item in decided.fresh if not item.is_known]
        return Outcome(
            applied=[item for item in decided.fresh if item.is_known],
            duplicates=decided.duplicates,
            unknown=unknown,
            parked=decided.waiting,
            poison=poison,
        )

    def _decide(
        self, items: Sequence[Item], *, release: bool
    ) -> tuple[Plan, list[tuple[Item, Poison]]]:
        """Sort the batch out, then read the bodies; without the poison it may sort otherwise.

        Whether a body that cannot be read is a broken copy of what was applied is looked up
        before it is made a dead letter, and not here each time.
        """
        outside = [item.mark for item in items if not item.is_ledger]
        marks = self._marks.found(outside) if self._look_up else set[bytes]()
        ours = [item for item in items if item.is_ledger]
        versions = self._versions(ours)
        parked = self._parked(versions) if ours and release else []
        poison: list[tuple[Item, Poison]] = []
        left = list(items)
        now = self._time().as_datetime()
        while True:
            decided = plan(left, marks=marks, versions=versions, parked=parked)
            readable = batch.read_bodies((*decided.fresh, *decided.waiting), now)
            if not readable.poison:
                return decided, poison
            poison += readable.poison
            bad = {id(item) for item, _ in readable.poison}
            if _is_apart(readable.poison, decided):
                decided.fresh = [item for item in decided.fresh if id(item) not in bad]
                return decided, poison
            left = [item for item in left if id(item) not in bad]
            parked = [item for item in parked if id(item) not in bad]

    def _versions(self, ours: Sequence[Item]) -> dict[str, int]:
        """Give the version that each subject of our ledger has reached here."""
        places = {item.subject_id: item.subject_place for item in ours}
        keys: dict[str, list[str]] = defaultdict(list)
        for collection, key in places.values():
            keys[collection].append(key)
        for collection, asked in keys.items():
            self._load(collection, asked)
        stored = {subject: self._documents.get(*place) for subject, place in places.items()}
        return {subject: int((each or {}).get("ver") or 0) for subject, each in stored.items()}

    def _parked(self, versions: dict[str, int]) -> list[Item]:
        found = self._find(documents.PARKED_EVENTS.name, {"subjectId": {"$in": list(versions)}})
        return [parked_item(document) for document in found]

    def _read(self, items: Sequence[Item]) -> None:
        """Lock the links that the batch touches, then read what it needs.

        Without the lock, an account and its customer that come at once in two batches
        each miss the other, for ever: snapshots alone do not see one another.
        """
        needs = batch.needs(items)
        lock = {"$inc": {"n": to_mongo(1)}}
        self._writes.upsert(documents.LOCKS.name, dict.fromkeys(sorted(needs.locks), lock))
        for collection, asked in needs.keys.items():
            self._load(
                collection, [key for key in asked if not self._documents.knows(collection, key)]
            )
        if needs.accounts_of:
            linked = {"customerIdString": {"$in": sorted(needs.accounts_of)}}
            self._documents.load(ACCOUNTS, (), self._find(ACCOUNTS, linked))
        if any(item.is_ledger for item in items):
            self._documents.load(REVIEWS, (), self._find(REVIEWS, {"waits": True}))

    def _load(self, collection: str, keys: Sequence[str]) -> None:
        if keys:
            found = self._find(collection, {"_id": {"$in": [str.__str__(key) for key in keys]}})
            self._documents.load(collection, keys, found)

    def _find(self, collection: str, query: dict[str, Any]) -> list[Stored]:
        return list(self._database[collection].find(query, session=self._session))

    def _keep(self, fresh: Sequence[Item]) -> None:
        """Put the applied events into the archive, after the writes told MongoDB's time."""
        if fresh:
            kept = self._archive.documents(self._time(), fresh, self._documents)
            self._writes.insert(documents.ARCHIVE.name, kept)

    def _time(self) -> Timestamp:
        at = self._session.operation_time
        if at is None:  # MongoDB tells it with every answer of a replica set
            raise RuntimeError("MongoDB did not tell its time")
        return at

    def _write(self, decided: Plan) -> None:
        self._writes.write(self._documents.changed())
        done = [parked_id(item) for item in decided.parked_done]
        self._writes.delete(documents.PARKED_EVENTS.name, done)
        waiting = [parked_document(item) for item in decided.waiting]
        self._writes.insert(documents.PARKED_EVENTS.name, waiting)
        self._writes.upsert(documents.UNKNOWN_EVENTS.name, _unknown(decided.fresh))


def _is_apart(poison: Sequence[tuple[Item, Poison]], decided: Plan) -> bool:
    """Tell whether all the others are sorted as they would be without the poison.

    Our ledger's events wait for one another; of another's, a copy may be whole.
    """
    copies = {item.mark for item in decided.duplicates if not item.is_ledger}
    return not any(item.is_ledger or item.mark in copies for item, _ in poison)


def _unknown(fresh: Iterable[Item]) -> dict[str, dict[str, Any]]:
    """Count the types that nobody reads, one update for each."""
    by_type: dict[str, list[Item]] = defaultdict(list)
    for item in fresh:
        if not item.is_known:
            by_type[type_name(item)].append(item)
    return {name: unknown_update(items) for name, items in by_type.items()}
