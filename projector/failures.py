"""What fails is delivered three times, and then it is a dead letter.

What can never be read is delivered again with the next batch: to wait would change nothing
in it. What failed for another reason is taken over with what is stale, when the world may
be another.
"""

from collections.abc import Sequence

import structlog

from projector.dead_letters import DeadLetters, Failed, Failure, described
from projector.item import Delivery, Entry, Item
from projector.metrics import Metrics
from projector.parked import type_name
from projector.vitals import Vitals

log = structlog.get_logger()


class Failures:
    """Counts failures and has them delivered again."""

    def __init__(self, dead_letters: DeadLetters, vitals: Vitals, metrics: Metrics) -> None:
        self._dead_letters, self._vitals, self._metrics = dead_letters, vitals, metrics
        self._poison, self._again = list[Entry](), list[Entry]()

    def begin(self) -> None:
        """Forget what was to be delivered again: it is read with all that is pending."""
        self._again = []

    def unreadable(self, poison: Sequence[Failure]) -> None:
        """Count deliveries of what can never be read."""
        self._poison += [entry for entry, _ in poison]
        self._again += self._count(poison).waiting

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

    def delivered_again(self) -> list[Entry]:
        """Give what could not be read once more: it is pending, and here."""
        again, self._again = self._again, []
        return [Entry(each.stream, each.entry_id, each.fields, Delivery.AGAIN) for each in again]

    def forget(self, entries: list[Entry]) -> None:
        """Forget the failures of entries that went through after all."""
        self._dead_letters.forget(entries)

    def _count(self, failures: Sequence[Failure]) -> Failed:
        if not failures:
            return Failed([], [])
        failed = self._dead_letters.failed(failures)
        for entry, error in failed.dead:
            name = described(error).partition(":")[0]
            log.error("dead_letter", stream=entry.stream, entry_id=entry.entry_id, error=name)
        self._vitals.dead_lettered += len(failed.dead)
        self._metrics.retried("event", len(failed.waiting))
        return failed
