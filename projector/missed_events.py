"""The subjects of which events are missing, each fetched from the ledger until it is whole."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import grpc
import structlog

from projector.item import Entry
from projector.ledger_reads import Ledger
from projector.lost_events import LostEvents

FIRST_WAIT_SECONDS: Final = 0.5
LAST_WAIT_SECONDS: Final = 30.0
AWAY_SECONDS: Final = 2.0
"""A ledger that does not answer is asked again so soon, however long it is away."""

AWAY: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})

log = structlog.get_logger()


class MissedEvents:
    """The subjects with a gap, each asked for again with back-off until it is closed.

    The ledger is asked beside the loop, so that a slow one delays no other event.
    """

    def __init__(self, ledger: Ledger, lost: LostEvents) -> None:
        self._ledger, self._lost = ledger, lost
        self._due: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._asked: tuple[str, Future[list[Entry]]] | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="missed-events")
        self.is_reached: bool | None = None

    @property
    def subjects(self) -> set[str]:
        """The subjects whose gap is open."""
        return set(self._due)

    def replace(self, subjects: Iterable[str], now_seconds: float) -> None:
        """Take over which subjects have a gap now; a new one is due at once."""
        wanted = set(subjects)
        self._due = {each: self._due.get(each, now_seconds) for each in wanted}
        self._waits = {each: wait for each, wait in self._waits.items() if each in wanted}

    def turn(self, now_seconds: float) -> list[Entry]:
        """Ask for the subject that is due, or give what an earlier question has brought."""
        if lost := self._lost.turn(now_seconds):
            return lost
        if self._asked is None:
            due = sorted((at, each) for each, at in self._due.items() if at <= now_seconds)
            if due:
                subject_id = due[0][1]
                self._asked = subject_id, self._worker.submit(self._ledger.history, subject_id)
            return []
        subject_id, answer = self._asked
        if not answer.done():
            return []
        self._asked = None
        entries = self._entries(subject_id, answer)
        wait = self._waits.get(subject_id, FIRST_WAIT_SECONDS)
        self._waits[subject_id] = min(self._wait_max, 2 * wait)
        if subject_id in self._due:
            self._due[subject_id] = now_seconds + min(self._wait_max, wait)
        return entries

    @property
    def _wait_max(self) -> float:
        """A ledger that has answered and closed no gap need not be asked so soon again."""
        return LAST_WAIT_SECONDS if self.is_reached else AWAY_SECONDS

    def close(self) -> None:
        """Ask nothing more."""
        self._lost.close()
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._ledger.close()

    def _entries(self, subject_id: str, answer: Future[list[Entry]]) -> list[Entry]:
        try:
            entries = answer.result()
        except grpc.RpcError as error:
            code = error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
            self.is_reached = code not in AWAY
            log.warning("history_not_told", subject_id=subject_id, code=code.name)
            return []
        self.is_reached = True
        log.info("history_fetched", subject_id=subject_id, events=len(entries))
        return entries
