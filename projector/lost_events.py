"""Notices events of our ledger that no stream will bring any more, and brings them.

A gap is told by the event that follows it. A subject's last event has none that follows:
were it lost on the way, its account would stay behind for as long as nothing happens on it.
So the journal's positions are held against those in the trail, which has every event once.
What is parked is here too, however long its predecessor cannot be applied.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import grpc
import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from projector.item import Entry
from projector.ledger_reads import Ledger
from projector.vitals import Vitals
from proto.documents import AUDIT_EVENTS, PARKED_EVENTS

LOOK_SECONDS: Final = 1.5
"""What was in the journal a look ago is to be here: an event is missed after two."""

WINDOW: Final = 10_000
WINDOWS_MAX: Final = 50
"""How many positions are counted at once, and how often in one look."""

TRIES_MAX: Final = 10

log = structlog.get_logger()


class LostEvents:
    """Looks beside the loop; for one projector, whoever holds the lease.

    The trail is read first: an event that is on its way there out of the parked ones is
    then missed at most once more, and never taken for two.
    """

    def __init__(self, database: Database[dict[str, Any]], ledger: Ledger, vitals: Vitals) -> None:
        self._places = (database[AUDIT_EVENTS.name], database[PARKED_EVENTS.name])
        self._ledger, self._vitals = ledger, vitals
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="lost-events")
        self._asked: Future[list[tuple[int, Entry]]] | None = None
        self._due, self._is_more = float("-inf"), False
        self._head = self._brought = self._until = self._whole = 0
        self._tries: dict[int, int] = {}
        self._aside: set[int] = set()

    def turn(self, now_seconds: float) -> list[Entry]:
        """Begin a look that is due, or give what the last one found to be lost."""
        if self._asked is None:
            if self._vitals.holds_lease and now_seconds >= self._due:
                self._asked = self._worker.submit(self._look)
            return []
        if not self._asked.done():
            return []
        asked, self._asked = self._asked, None
        self._due, self._is_more = now_seconds + LOOK_SECONDS, False
        try:
            found = [(at, entry) for at, entry in asked.result() if self._may_try(at)]
        except grpc.RpcError as error:
            if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.UNIMPLEMENTED:
                self._due = float("inf")  # another ledger, whose journal nobody can read
            return []
        except PyMongoError:
            return []  # the loop meets it as well, and reports it
        if found:
            log.warning("events_lost", first=found[0][0], last=found[-1][0], events=len(found))
            if self._tries[found[0][0]] == 1:
                self._due, self._is_more = now_seconds, True  # there may be more up to there
        return [entry for _, entry in found]

    def close(self) -> None:
        """Look no more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _look(self) -> list[tuple[int, Entry]]:
        """Find the first lost events, by position. Raises grpc.RpcError, PyMongoError."""
        if not self._is_more:
            self._set_until()
        for _ in range(WINDOWS_MAX):
            end = min(self._whole + WINDOW, self._until)
            if end <= self._whole:
                break
            if self._count(end) < end - self._whole and (found := self._lost(end)):
                return found
            self._whole = end
            self._aside = {each for each in self._aside if each > end}
            self._tries = {at: tries for at, tries in self._tries.items() if at > end}
        return []

    def _set_until(self) -> None:
        """Decide up to where everything is to be here.

        The stream brings positions in their order: what stands before one that it brought
        comes no more, and where it brings nothing any longer, nothing more comes.
        """
        brought, before = self._vitals.brought_position, self._brought
        _, head = self._ledger.journal(self._whole, 1)
        self._until = max(self._until, self._head if brought == before else before)
        self._until = min(self._until, head)  # a journal that was begun anew is shorter
        self._whole = min(self._whole, self._until)
        self._head, self._brought = head, brought

    def _between(self, end: int) -> dict[str, Any]:
        """Name a window's positions, but for those aside, which may be applied after all."""
        return {"position": {"$gt": self._whole, "$lte": end, "$nin": sorted(self._aside)}}

    def _count(self, end: int) -> int:
        aside = sum(each <= end for each in self._aside)
        return aside + sum(each.count_documents(self._between(end)) for each in self._places)

    def _lost(self, end: int) -> list[tuple[int, Entry]]:
        """Give the lost events of a window, as far as one page of the journal holds them."""
        here = set(self._aside)
        for place in self._places:
            rows = place.find(self._between(end), {"_id": 0, "position": 1})
            here.update(int(each["position"]) for each in rows)
        first = next((each for each in range(self._whole + 1, end + 1) if each not in here), None)
        if first is None:
            return []
        entries, _ = self._ledger.journal(first - 1)
        placed = [(int(each.fields[b"pos"]), each) for each in entries]
        return [(at, each) for at, each in placed if at <= end and at not in here]

    def _may_try(self, position: int) -> bool:
        """Tell whether to bring an event again; one that does not help is told of and left."""
        self._tries[position] = self._tries.get(position, 0) + 1
        if self._tries[position] <= TRIES_MAX:
            return True
        log.error("event_not_in_trail", position=position)
        self._aside.add(position)
        return False
