"""What fails is delivered three times, and then it is a dead letter.

What can never be read is delivered again soon: to wait would change nothing in it. What
failed for another reason is taken over with what is stale, when the world may be another.
A body that can never be read may be a broken copy of an event that was applied: then it is
a duplicate and no dead letter.
"""

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from projector.dead_letters import DeadLetters, Failed, Failure, described
from projector.item import Delivery, Entry, Item
from projector.metrics import Metrics
from projector.parked import type_name
from projector.vitals import Vitals

AGAIN_SECONDS: Final = 1.0
AGAIN_COUNT: Final = 100
"""While there is much to read, what failed waits for so long, or for so many others."""

Applied = Callable[[Sequence[bytes]], set[bytes]]
"""Gives those marks that applied events bear."""

log = structlog.get_logger()


class Failures:
    """Counts failures and has them delivered again."""

    def __init__(
        self, dead_letters: DeadLetters, applied: Applied, vitals: Vitals, metrics: Metrics
    ) -> None:
        self._dead_letters, self._applied = dead_letters, applied
        self._vitals, self._metrics = vitals, metrics
        self._poison = list[Entry]()
        self.waiting = list[Entry]()
        """What is to be delivered again."""
        self._again_at = float("-inf")

    def begin(self) -> None:
        """Forget what was to be delivered again: it is read with all that is pending."""
        self.waiting = []

    def unreadable(self, poison: Sequence[Failure], items: Sequence[Item] = ()) -> None:
        """Count deliveries of what can never be read; `items` are those whose ids can be."""
        self._poison += [entry for entry, _ in poison]
        self.waiting += self._count(poison, items).waiting

    def failed(self, failed: Sequence[tuple[Item, Exception]]) -> None:
        """Count deliveries of what failed for another reason."""
        for item, error in failed:
            log.error(
                "event_failed",
                stream=item.entry.stream,
                entry_id=item.entry.entry_id,
                type=type_name(item),
                error=type(error).__name__,
            )
        self._count([(item.entry, error) for item, error in failed])

    def poison(self) -> list[Entry]:
        """Give what could not be read since this was asked the last time."""
        poison, self._poison = self._poison, []
        return poison

    def delivered_again(self, now: float, *, is_behind: bool) -> list[Entry]:
        """Give what could not be read once more: it is pending, and here.

        While there is much to read it waits for others: to count, look up and move them is
        a round to a server each time, however few they are, and holds up all the rest.
        """
        is_soon = now - self._again_at < AGAIN_SECONDS and len(self.waiting) < AGAIN_COUNT
        if not self.waiting or (is_behind and is_soon):
            return []
        again, self.waiting, self._again_at = self.waiting, [], now
        return [Entry(each.stream, each.entry_id, each.fields, Delivery.AGAIN) for each in again]

    def forget(self, entries: list[Entry]) -> None:
        """Forget the failures of entries that went through after all."""
        self._dead_letters.forget(entries)

    def _count(self, failures: Sequence[Failure], items: Sequence[Item] = ()) -> Failed:
        if not failures:
            return Failed([], [])
        failed = self._dead_letters.failed(failures, lambda last: self._copies(last, items))
        for entry, error in failed.dead:
            name = described(error).partition(":")[0]
            log.error("dead_letter", stream=entry.stream, entry_id=entry.entry_id, error=name)
        self._vitals.dead_lettered += len(failed.dead)
        self._metrics.retried("event", len(failed.waiting))
        return failed

    def _copies(self, entries: Sequence[Entry], items: Sequence[Item]) -> list[Entry]:
        """Give those of some entries that are broken copies of what was applied."""
        last = set(map(id, entries))
        asked = [each for each in items if not each.is_ledger and id(each.entry) in last]
        marks = self._applied([each.mark for each in asked])
        copies = [each for each in asked if each.mark in marks]
        self._vitals.duplicates += len(copies)
        self._metrics.found_again(copies)
        return [each.entry for each in copies]
