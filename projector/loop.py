"""The loop: read, decode, project, write, acknowledge. The order is the guarantee.

Nothing is acknowledged before its effect is durable. A lost Redis or MongoDB is waited
for with the batch in hand, and no event is blamed for it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import redis
import structlog

from projector.dead_letters import DeadLetters, Failure
from projector.fail_points import FailPoint, reach
from projector.failures import Failures
from projector.floods import Floods
from projector.inbox_loss import InboxLoss
from projector.item import Delivery, Entry, Item
from projector.lease import Lease
from projector.letters import LETTERS_GROUP, Letters
from projector.metrics import Metrics
from projector.missed_events import MissedEvents
from projector.outcome import Outcome
from projector.reclaim import CLAIM_MAX, Reclaimer
from projector.settings import Settings
from projector.store import Store, Unreachable
from projector.stream import STREAMS, Reader, acknowledge, batches, is_passing
from projector.trimming import Trimmer
from projector.vitals import Vitals, WaitsFor
from proto.codec import Poison, read_envelope
from proto.streams import INBOX, INTERNAL
from proto.values import Instant

WAIT_MS: Final = 300
"""How long a read waits for the first entry; signs, leases and gaps are seen to between."""

TIDY_SECONDS: Final = 10.0
BACK_OFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)

T = TypeVar("T")

log = structlog.get_logger()


class Projector:
    """One consumer of both streams."""

    def __init__(
        self,
        settings: Settings,
        *,
        streams: redis.Redis,
        store: Store,
        missed: MissedEvents,
        letters: Letters,
        vitals: Vitals,
        metrics: Metrics,
        clock: Callable[[], Instant],
    ) -> None:
        self._settings, self._streams, self._store = settings, streams, store
        self._missed, self._vitals, self._clock = missed, vitals, clock
        self._metrics = metrics
        self._reader = Reader(
            streams,
            settings.consumer,
            entries_max=settings.batch_entries_max,
            bytes_max=settings.batch_bytes_max,
        )
        consumer, stale = settings.consumer, settings.stale_seconds
        self._reclaimer = Reclaimer(streams, consumer, stale)
        self._of_letters = Reclaimer(streams, consumer, stale, LETTERS_GROUP)
        dead_letters = DeadLetters(streams, settings.tries_max, clock)
        self._failures = Failures(dead_letters, self._applied, vitals, metrics)
        self._loss = InboxLoss(store, vitals, clock)
        self._lease = Lease(streams, settings.consumer)
        self._trimmer = Trimmer(streams, settings)
        self._floods = Floods(
            streams,
            count=settings.flood_count,
            share=settings.flood_share,
            window=settings.flood_seconds,
            quiet=settings.flood_quiet_seconds,
        )
        self._letters = letters
        self._more_letters = self._more_old = False
        self._tidied_at = float("-inf")
        self._is_resumed = self._inherits = False
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the batch in hand; never called from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Work until told to stop; wait for what is lost."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self.turn(WAIT_MS)
            except redis.RedisError as error:
                if not is_passing(error):
                    raise
                failures = self._wait("redis", error, failures)
                self._is_resumed = False
            except Unreachable as error:
                failures = self._wait("mongodb", error, failures)
                self._is_resumed = False
            else:
                self._vitals.waits_for = None
                failures = 0
        self._leave()

    def turn(self, wait_ms: int | None) -> int:
        """Do one round; tell how many entries it handled."""
        self._vitals.turned_at = time.monotonic()
        if not self._is_resumed:
            self._resume()
        waiting = self._failures.waiting
        # What waits to be delivered again may be taken for stale.
        here = {(each.stream, each.entry_id) for each in waiting if not each.is_fetched}
        old = [*self._tidy(), *self._missed.turn(time.monotonic())]
        entries = [each for each in old if (each.stream, each.entry_id) not in here]
        if not entries:
            readable = STREAMS if self._lease.is_held else (INBOX,)
            entries = self._reader.read(readable, None if waiting else wait_ms)
            self._loss.see(self._reader.begun_anew)
        again = self._failures.delivered_again(time.monotonic(), is_behind=self._reader.is_behind)
        left = [each.entry for each in self._decode(again)]
        self._handle([*left, *entries])
        return len(again) + len(entries)

    def _resume(self) -> None:
        """Begin, or begin again after a loss: what was given to us and not finished is first."""
        self._failures.begin()
        self._store.prepare()
        self._loss.recall()
        self._reader.make_groups()
        self._loss.see(self._reader.begun_anew)
        for stream in STREAMS:
            after = "0"
            while entries := self._reader.read_pending(stream, after):
                after = entries[-1].entry_id
                for entry in entries:
                    if not entry.fields:
                        self._reclaimer.give_up_if_deleted(stream, entry.entry_id)
                self._handle([entry for entry in entries if entry.fields])
        self._see_gaps()
        self._is_resumed = True

    def _tidy(self) -> list[Entry]:
        """Keep the lease; now and then take over what others left."""
        now = time.monotonic()
        entries: list[Entry] = []
        if self._floods.turn(now):
            self._vitals.stopped_sources = sorted(self._floods.stopped)
            self._more_letters = True
        if self._more_letters:
            self._more_letters = self._letters.turn(self._settings.consumer)
        if self._lease.hold(now):
            log.info("lease_taken", consumer=self._settings.consumer)
            self._inherits = True
            self._see_gaps()
        self._vitals.holds_lease = self._lease.is_held
        if self._inherits:
            entries += self._reclaimer.take_over(INTERNAL, from_all=True)
            self._inherits = len(entries) >= CLAIM_MAX
        if now - self._tidied_at >= min(TIDY_SECONDS, self._settings.stale_seconds):
            self._tidied_at = now
            self._more_old = True
            self._see_waiting()
            for stream in STREAMS if self._lease.is_held else (INBOX,):
                entries += self._reclaimer.take_over(stream)
                self._reclaimer.clear_consumers(stream)
            self._letters.take_over(self._of_letters)
            if len(entries) >= CLAIM_MAX:
                self._tidied_at = float("-inf")  # there is more of it: no need to wait
        if self._lease.is_held:
            self._trimmer.turn(now)
            self._more_old = self._more_old and self._store.forget_old()
        return entries

    def _handle(self, entries: Sequence[Entry]) -> None:
        """Bring entries through: decode, write, and only then acknowledge."""
        limits = self._settings
        cut = batches(
            self._floods.admit(entries),
            entries_max=limits.batch_entries_max,
            bytes_max=limits.batch_bytes_max,
        )
        for each in cut:
            reach(FailPoint.AFTER_READ)
            items = self._decode(each)
            began = time.monotonic()
            outcome = self._apply(items)
            seconds = time.monotonic() - began
            self._metrics.wrote(len(each), seconds, outcome)
            self._vitals.wrote(len(each), seconds, self._clock())
            reach(FailPoint.BEFORE_ACKNOWLEDGE)
            self._settle(outcome)
            self._floods.saw(each, self._failures.poison())

    def _decode(self, entries: Sequence[Entry]) -> list[Item]:
        """Read the envelopes, so far as they can be; of what failed a moment ago, the bodies too.

        What still cannot be read needs no transaction for that. Of our ledger's events one
        decides all the same: they wait for one another.
        """
        items: list[Item] = []
        named: list[Item] = []
        poison: list[Failure] = []
        most = self._settings.payload_bytes_max
        for entry in entries:
            try:
                item = Item(entry, read_envelope(entry.stream, entry.entry_id, entry.fields, most))
                named.append(item)
                if entry.delivery is Delivery.AGAIN and not item.is_ledger:
                    item.happening()
            except Poison as error:
                poison.append((entry, error.bare()))
            else:
                items.append(item)
        self._failures.unreadable(poison, named)
        return items

    def _apply(self, items: Sequence[Item]) -> Outcome:
        """Write a batch."""
        return self._patiently(partial(self._store.apply, items))

    def _applied(self, marks: Sequence[bytes]) -> set[bytes]:
        """Give those marks that applied events bear."""
        return self._patiently(partial(self._store.applied, marks))

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do what the store is asked; wait for MongoDB with what is in hand."""
        failures = 0
        while True:
            try:
                done = work()
            except Unreachable as error:
                if self._stopping.is_set():
                    raise
                failures = self._wait("mongodb", error, failures)
            else:
                self._vitals.waits_for = None
                return done

    def _settle(self, outcome: Outcome) -> None:
        """Acknowledge what is durable, move away what is dead, count the rest."""
        settled = list(outcome.settled())
        acknowledge(self._streams, settled)
        self._failures.forget(list(outcome.through()))
        poison = [(item.entry, error) for item, error in outcome.poison]
        self._failures.unreadable(poison, [item for item, _ in outcome.poison])
        self._failures.failed(outcome.failed)
        self._vitals.count(outcome, self._clock())
        self._more_letters |= self._letters.work.saw(outcome.applied)
        if outcome.parked or self._missed.subjects:
            self._see_gaps()

    def _see_gaps(self) -> None:
        subjects = self._store.parked_subjects() if self._lease.is_held else []
        self._missed.replace(subjects, time.monotonic())
        self._vitals.parked = len(subjects)
        self._vitals.ledger_connected = self._missed.is_reached

    def _see_waiting(self) -> None:
        """Report decisions whose requests have not come; of most the request is on its way."""
        waiting = self._store.decisions_waiting()
        if waiting > self._vitals.decisions_waiting:
            log.warning("decisions_wait", count=waiting)
        self._vitals.decisions_waiting = waiting

    def _wait(self, server: WaitsFor, error: Exception, failures: int) -> int:
        """Pause before the next try; until one succeeds, the heartbeat says what is lost."""
        self._vitals.waits_for = server
        self._metrics.retried(server)
        log.warning("server_lost", server=server, error=type(error).__name__, failures=failures)
        least = error.least_seconds if isinstance(error, Unreachable) else 0.0
        self._stopping.wait(max(least, BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]))
        return failures + 1

    def _leave(self) -> None:
        """Give the lease to whoever comes next."""
        try:
            self._lease.release()
        except redis.RedisError as error:
            log.warning("lease_not_released", error=type(error).__name__)
        self._missed.close()
