"""Rebuilds the read models from the archive and the journal, beside the live ones.

Everything is replayed onto a shelf of its own, held against what stands live, and swapped
in by renaming, so that a reader finds the old collection or the new one and never none.
Projectors go on all the while, but for the moment of the swap. Whatever ends it early, the
live collections are as good as before, and it can be run again.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bson import Binary
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

from projector import compare, shelf
from projector.archive import Archive
from projector.archive_keys import KeysUnavailable
from projector.fail_points import FailPoint, reach
from projector.fence import KEY, Claim, Fence, drop_rebuilt
from projector.ledger_reads import Ledger
from projector.replay import Replay
from projector.retention import taken
from projector.settings import Settings
from projector.shelf import PROJECTED, REBUILD, TIMEZONED, Shelf
from projector.writes import DocumentTooLarge
from proto import codec, documents
from proto.documents import RebuildDocument
from proto.values import Instant

FEW: Final = 500
"""So few events are caught up with while the projectors wait."""

REPORT_SECONDS: Final = 1.0
LEDGER_FED: Final = frozenset(
    {
        documents.TRANSACTIONS.name,
        documents.AUDIT_EVENTS.name,
        documents.STAFF.name,
        documents.DAY_TOTALS.name,
        documents.MONTH_TOTALS.name,
        documents.STAFF_DAYS.name,
        documents.STAFF_MONTHS.name,
        documents.NOTES.name,
        documents.LETTER_STEPS.name,
    }
)
"""What only our ledger's events make: the journal has all of them, whatever the archive has."""


def seconds_left(done: int, total: int, seconds: float) -> float:
    """Estimate how long the rest takes at the pace of what is done after so many seconds."""
    return round((total - done) * seconds / max(1, done), 1)


class NotRebuilt(Exception):  # noqa: N818 - what it tells; the text is for the operator
    """The rebuild was given up; nothing was swapped."""


class Rebuild:
    """One rebuild."""

    def __init__(
        self,
        client: MongoClient[dict[str, Any]],
        settings: Settings,
        *,
        archive: Archive,
        ledger: Ledger,
        clock: Callable[[], Instant],
        report: Callable[[RebuildDocument], None],
    ) -> None:
        self._client, self._settings, self._clock, self._report = client, settings, clock, report
        self._live = client.get_database(settings.db_name, codec_options=TIMEZONED)
        self._shelf = Shelf(client, settings.db_name, REBUILD)
        self._archive, self._ledger = archive, ledger
        self._claim = Claim(self._live, settings.consumer)
        self._fence = Fence(client, self._live, settings.consumer)
        self._differing: dict[str, list[str]] = {}
        self._taken: documents.ArchiveRetentionDocument | None = None
        self._reported_at = float("-inf")
        self._began = time.monotonic()
        now = clock()
        self.progress = RebuildDocument(state="replaying", started_at=now, at=now, collections=[])

    def run(self, names: Iterable[str] = ()) -> RebuildDocument:
        """Rebuild all collections, or replay all and swap only those named.

        Raises NotRebuilt, FenceLost, grpc.RpcError, PyMongoError; run it again then.
        """
        self.progress.collections = self._asked(names)
        self._refuse_gaps()
        if not self._claim.take():
            raise NotRebuilt("Another rebuild is under way: run it again when it has ended.")
        try:
            self._rebuild()
        except DocumentTooLarge as error:
            raise NotRebuilt(
                f"Nothing was swapped: MAX_DOCUMENT_BYTES was lowered since ({error}). "
                "Set it to what it was."
            ) from None
        except KeysUnavailable as error:
            raise NotRebuilt(
                f"Nothing was swapped: the file of ARCHIVE_KEYS cannot open the archive ({error}). "
                "Set it to the file that the projectors use, not to an older copy."
            ) from None
        finally:
            self._claim.open()
        self._tell("done", now=True)
        return self.progress

    def _rebuild(self) -> None:
        self._empty_shelf()
        with self._client.start_session() as session:
            replay = Replay(
                self._live,
                self._shelf,
                session,
                archive=self._archive,
                ledger=self._ledger,
                limits=self._settings.limits,
                needs_outside=self._needs_outside,
            )
            self._replay(replay)
            self._compare()
            self._swap(replay)

    def _asked(self, names: Iterable[str]) -> list[str]:
        known = [each.name for each in PROJECTED]
        asked = list(names) or known
        wrong = sorted(set(asked) - set(known))
        if wrong:
            raise NotRebuilt(
                f"{', '.join(wrong)} is not made from events: name one of {', '.join(known)}."
            )
        return asked

    def _refuse_gaps(self) -> None:
        """Refuse to replace what the archive cannot make again.

        Both are counted at one moment, since the projectors work on meanwhile.
        """
        archive, marks = self._live[documents.ARCHIVE.name], self._live[documents.MARKS.name]
        with self._client.start_session(snapshot=True) as moment:
            kept = archive.count_documents({"sealed": {"$exists": True}}, session=moment)
            lacking = marks.count_documents({}, session=moment) - kept
        _, last_position = self._ledger.journal(0)
        self.progress.events_total = kept + last_position
        self._taken = taken(self._live)
        if lacking > 0 and self._needs_outside:
            raise NotRebuilt(
                f"The archive lacks {lacking} events from outside that were applied{self._gone}: "
                f"name collections that our ledger alone makes ({', '.join(sorted(LEDGER_FED))})."
            )

    @property
    def _needs_outside(self) -> bool:
        return bool(set(self.progress.collections) - LEDGER_FED)

    @property
    def _gone(self) -> str:
        """Tell what the archive's retention took."""
        if self._taken is None:
            return ""
        gone = self._taken
        return f" (its retention took {gone.dropped}, the last came at {gone.last_received_at})"

    def _refuse_loss(self) -> None:
        """Refuse what was replayed while the archive's retention took some of it."""
        if self._needs_outside and taken(self._live) != self._taken:
            raise NotRebuilt(
                "The archive's retention took events while they were replayed: nothing was "
                "swapped. Name collections that our ledger alone makes."
            )

    def _empty_shelf(self) -> None:
        if self._live[documents.FENCES.name].find_one({"_id": KEY}) is not None:
            raise NotRebuilt("Another rebuild is at its swap: run it again in a minute.")
        drop_rebuilt(self._live)
        for collection in PROJECTED:
            shelf.make(self._live, collection, f"{REBUILD}{collection.name}")

    def _replay(self, replay: Replay) -> None:
        """Replay everything, then what came meanwhile, until it is little."""
        for _ in replay.before_archive():
            self._count(replay)
        caught_up = FEW
        while caught_up >= FEW:
            caught_up = 0
            for count in replay.catch_up():
                caught_up += count
                self._count(replay)
                reach(FailPoint.IN_REPLAY)

    def _compare(self) -> None:
        for name in self.progress.collections:
            found = self._differing[name] = []
            for count, keys in compare.differing(self._live, name):
                found += keys[: compare.DIFFERING_MAX - len(found)]
                self.progress.compared += count
                self._tell("comparing")

    def _swap(self, replay: Replay) -> None:
        """Stop the projectors, catch up with the last events, and swap one after the other."""
        try:
            self._fence.close()
        except DuplicateKeyError:
            raise NotRebuilt("Another rebuild is at its swap: run it again later.") from None
        try:
            reach(FailPoint.AFTER_FENCE)
            self._claim.renew()
            self._refuse_loss()
            for _ in replay.catch_up():
                self._fence.renew()
            self._recheck()
            self._count(replay)
            self._mark(replay.new_marks)
            for name in self.progress.collections:
                self._fence.renew()
                place = f"{self._settings.db_name}.{name}"
                beside = f"{self._settings.db_name}.{REBUILD}{name}"
                self._client.admin.command("renameCollection", beside, to=place, dropTarget=True)
                reach(FailPoint.IN_SWAP)
            reach(FailPoint.AFTER_SWAP)
        finally:
            drop_rebuilt(self._live)
            self._fence.open()

    def _recheck(self) -> None:
        """Count what differs still, now that nothing moves."""
        for name, keys in self._differing.items():
            for _ in compare.still_differing(self._live, name, keys):
                self.progress.differing += 1
                self._fence.renew()

    def _mark(self, marks: Mapping[bytes, bytes]) -> None:
        """Let events that could not be read when they came count as applied from now on.

        One event has one mark: who counts them against the archive finds no more than came.
        """
        stored = self._live[documents.MARKS.name]
        for mark, borne in marks.items():
            one = {"_id": Binary(mark)}
            stored.replace_one(one, one, upsert=True)
            stored.delete_one({"_id": Binary(borne)})

    def _count(self, replay: Replay) -> None:
        counts = replay.counts
        self.progress.events = counts.events
        self.progress.erased, self.progress.unreadable = counts.erased, counts.unreadable
        self.progress.events_total = max(self.progress.events_total, counts.events)
        self.progress.seconds_left = seconds_left(
            counts.events, self.progress.events_total, time.monotonic() - self._began
        )
        self._tell("replaying")

    def _tell(self, state: str, *, now: bool = False) -> None:
        """Store and report where it is, about once a second."""
        self.progress.state = state
        if not now and time.monotonic() - self._reported_at < REPORT_SECONDS:
            return
        self._reported_at = time.monotonic()
        if not now:
            self._claim.renew()
        self.progress.at = self._clock()
        key = str(self.progress.started_at)
        self._live[documents.REBUILDS.name].replace_one(
            {"_id": key}, codec.to_mongo(self.progress), upsert=True
        )
        self._report(self.progress)
