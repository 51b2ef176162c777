"""Replays what the archive kept, in the order in which it was applied, onto another shelf."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bson import Binary
from cryptography.exceptions import InvalidTag
from msgspec import Struct
from pymongo.client_session import ClientSession
from pymongo.database import Database

from projector import batch
from projector.archive import PLACE, Archive, positions
from projector.archive_keys import KeyMissing
from projector.happening import Limits
from projector.item import Entry, Item
from projector.ledger_reads import Ledger
from projector.shelf import Shelf
from projector.transaction import Transaction
from proto.codec import Poison, read_envelope
from proto.documents import ARCHIVE, MARKS

BATCH: Final = 2_000
WINDOW_SECONDS: Final = 120
"""A batch may be committed so long after its place in the archive was taken.

What comes late touches no document that a later place touches, else one of the two had
been done again: it may be replayed when it is seen.
"""

OURS: Final = {"positions": {"$exists": True}}
PAGES_MAX: Final = 50
RECENT_MAX: Final = 100_000


class Counts(Struct):
    """What a replay has done."""

    events: int = 0
    erased: int = 0
    unreadable: int = 0


class JournalShort(Exception):  # noqa: N818 - what it tells
    """The ledger's journal does not have an event that was applied: it is another one."""


class Journal:
    """The ledger's journal by position, a page at a time, the last pages kept."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._pages: dict[int, dict[int, Entry]] = {}

    def entry(self, position: int) -> Entry:
        """Give the entry at a position. Raises JournalShort, grpc.RpcError."""
        for page in reversed(self._pages.values()):
            if position in page:
                return page[position]
        page = dict(self._read(position - 1))
        if position not in page:
            raise JournalShort(str(position))
        self._pages[position] = page
        if len(self._pages) > PAGES_MAX:
            del self._pages[next(iter(self._pages))]
        return page[position]

    def _read(self, after: int) -> Iterator[tuple[int, Entry]]:
        entries, _ = self._ledger.journal(after)
        for entry in entries:
            yield int(entry.fields[b"pos"]), entry


class Replay:
    """Brings a shelf to where the live collections are; called again, to where they are then."""

    def __init__(
        self,
        live: Database[dict[str, Any]],
        shelf: Shelf,
        session: ClientSession,
        *,
        archive: Archive,
        ledger: Ledger,
        limits: Limits,
        needs_outside: bool,
    ) -> None:
        """Without `needs_outside` an event from outside may stay away whose key is missing."""
        self._live, self._shelf, self._session = live, shelf, session
        self._needs_outside = needs_outside
        self._archive, self._ledger, self._limits = archive, ledger, limits
        self._journal = Journal(ledger)
        self._seconds = 0
        self._recent: dict[bytes, int] = {}
        self._recent_max = RECENT_MAX
        self.counts = Counts()
        self.new_marks: dict[bytes, bytes] = {}
        """Marks of events that are read now and were not when they came: the new one and the
        one that they bore."""

    def catch_up(self) -> Iterator[int]:
        """Replay what is in the archive and not replayed yet; tell the events after each batch.

        Raises grpc.RpcError, PyMongoError, JournalShort, KeysUnavailable.
        """
        items: list[Item] = []
        for kept in self._kept():
            items += self._items(kept)
            if len(items) >= BATCH:
                self._apply(items)
                yield len(items)
                items = []
        if items:
            self._apply(items)
            yield len(items)

    def before_archive(self) -> Iterator[int]:
        """Replay the journal's events that were applied before there was an archive."""
        first = self._live[ARCHIVE.name].find_one(OURS, sort=[("_id", 1)])
        end = first["positions"][0] if first else None
        late = self._came_late(end) if end is not None and end > 1 else set()
        begun = self._newest_second() - WINDOW_SECONDS
        after = 0
        while end is None or after < end - 1:
            entries, _ = self._ledger.journal(after)
            if not entries:
                return
            page = [_item(entry) for entry in entries]
            after = page[-1].envelope.position
            items = [each for each in page if end is None or each.envelope.position < end]
            applied = self._applied_versions(items)
            late |= self._archived_since(begun)  # after the versions: what they count stands there
            items = [each for each in items if each.version <= applied[each.subject_id]]
            self._apply([each for each in items if each.envelope.position not in late])
            yield len(items)

    def _came_late(self, end: int) -> set[int]:
        """Give the positions before the archive's first that are in it all the same, later on."""
        archive = self._live[ARCHIVE.name]
        kept = archive.find({"positions": {"$lt": end}}, {"positions": 1})
        return {at for each in kept for at in positions(each) if at < end}

    def _newest_second(self) -> int:
        newest = self._live[ARCHIVE.name].find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return PLACE.unpack(bytes(newest["_id"]))[0] if newest else 0

    def _archived_since(self, second: int) -> set[int]:
        """Give the positions that were put into the archive since: it tells when they came."""
        query = {**OURS, "_id": {"$gte": Binary(PLACE.pack(max(0, second), 0, 0, 0))}}
        return {at for each in self._live[ARCHIVE.name].find(query) for at in positions(each)}

    def _applied_versions(self, items: Iterable[Item]) -> dict[str, int]:
        """Give the version that each subject has reached in the live collections."""
        versions = {}
        for subject_id, (collection, key) in {i.subject_id: i.subject_place for i in items}.items():
            document = self._live[collection].find_one({"_id": key}, {"ver": 1}) or {}
            versions[subject_id] = int(document.get("ver") or 0)
        return versions

    def _kept(self) -> Iterator[dict[str, Any]]:
        """Give the archive from a while before where we were, without what we had."""
        since = max(0, self._seconds - WINDOW_SECONDS)
        query = {"_id": {"$gte": Binary(PLACE.pack(since, 0, 0, 0))}}
        for kept in self._live[ARCHIVE.name].find(query).sort("_id").batch_size(BATCH):
            place = bytes(kept["_id"])
            if place not in self._recent:
                self._seconds = max(self._seconds, PLACE.unpack(place)[0])
                self._recent[place] = PLACE.unpack(place)[0]
                yield kept
            if len(self._recent) >= self._recent_max:
                self._forget()
        self._forget()

    def _forget(self) -> None:
        """Forget places that are so old that nothing can come beside them any more."""
        edge = self._seconds - WINDOW_SECONDS
        self._recent = {each: at for each, at in self._recent.items() if at >= edge}
        self._recent_max = 2 * len(self._recent) + RECENT_MAX

    def _items(self, kept: Mapping[str, Any]) -> Iterable[Item]:
        if "positions" in kept:
            return [_item(self._journal.entry(each)) for each in positions(kept)]
        try:
            entry = self._opened(kept)
            if entry is None:
                self.counts.erased += 1
                return []
            item = _item(entry)
            item.happening()
        except (InvalidTag, Poison):
            self.counts.unreadable += 1
            return []
        if item.mark in self.new_marks or self._came_again(item.mark, kept["mark"]):
            return []
        if item.mark != kept["mark"]:
            self.new_marks[item.mark] = kept["mark"]
        return [item]

    def _opened(self, kept: Mapping[str, Any]) -> Entry | None:
        try:
            return self._archive.opened(kept)
        except KeyMissing:
            if self._needs_outside:
                raise
            return None

    def _came_again(self, mark: bytes, borne: bytes) -> bool:
        """Tell whether what nobody could read was fed again later, and applied then.

        Its first mark is gone where a rebuild read it, so that both stand only for this.
        """
        marks = self._live[MARKS.name]
        both = (mark, borne)
        return mark != borne and all(marks.find_one({"_id": Binary(each)}) for each in both)

    def _apply(self, items: Sequence[Item]) -> None:
        OneBatch(
            self._shelf,
            self._session,
            archive=self._archive,
            limits=self._limits,
            look_up=False,
        ).replay(items)
        self.counts.events += len(items)


class OneBatch(Transaction):
    """A batch that was applied before: nothing of it is a duplicate, early or poison."""

    def replay(self, items: Sequence[Item]) -> None:
        """Fold it and write what comes of it; what is there already is passed over."""
        reached = self._versions([item for item in items if item.is_ledger])
        fresh = [each for each in items if each.version > reached.get(each.subject_id, -1)]
        self._read(fresh)
        batch.fold(fresh, self._documents)
        self._writes.write(self._documents.changed())


def _item(entry: Entry) -> Item:
    return Item(entry, read_envelope(entry.stream, entry.entry_id, entry.fields, entry.size))
