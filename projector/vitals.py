"""What the loop knows of itself, for the heartbeat."""

from typing import Literal

from msgspec import Struct, field

from projector.outcome import Outcome
from proto.values import Instant

WaitsFor = Literal["redis", "mongodb"]


class Vitals(Struct):
    """Counts since the start; written by the loop, read by the heartbeat."""

    started_at: Instant
    last_position: int = 0
    brought_position: int = 0
    """The last position that the stream brought, and not the ledger on asking."""
    lag_seconds: dict[str, float] = field(default_factory=dict)
    waiting_since: dict[str, Instant] = field(default_factory=dict)
    """Stream to when its oldest entry came that is not applied, as the heartbeat saw it."""
    applied: int = 0
    duplicates: int = 0
    parked: int = 0
    unknown: int = 0
    dead_lettered: int = 0
    decisions_waiting: int = 0
    ledger_connected: bool | None = None
    waits_for: WaitsFor | None = None
    inbox_lost_at: Instant | None = None
    inbox_lost_from: Instant | None = None
    inbox_lost_count: int | None = None
    inbox_unread: int = 0
    """How many entries of the inbox were still to read when it was last seen."""
    inbox_held: int = 0
    """How many were put aside, or waited for another try."""
    inbox_gone: int | None = None
    """How many of them were found to be gone, until the loop has reported it."""
    inbox_last_id: str = ""
    is_recalled: bool = False
    """Whether it is known what the last process knew of the inbox."""
    holds_lease: bool = False
    match_score: float | None = None
    turned_at: float = 0.0
    """When the loop last began a round, by the monotonic clock."""
    stopped_sources: list[str] = field(default_factory=list)
    batch_at: Instant | None = None
    batch_entries: int = 0
    batch_seconds: float = 0.0

    @property
    def inbox_waiting(self) -> int:
        """How many entries of the inbox at least were not applied when it was last seen."""
        return self.inbox_unread + self.inbox_held

    def lose(self, now: Instant, since: Instant | None) -> None:
        """Note that entries of the inbox are gone, and when the last one came that was read."""
        self.inbox_lost_at, self.inbox_lost_from = now, since
        self.inbox_lost_count, self.inbox_gone = self.inbox_gone, None

    def wrote(self, entries: int, seconds: float, now: Instant) -> None:
        """Note the last batch: how many entries it had, and how long its write took."""
        self.batch_at, self.batch_entries, self.batch_seconds = now, entries, seconds

    def count(self, outcome: Outcome, now: Instant) -> None:
        """Add a batch."""
        self.applied += len(outcome.applied)
        self.duplicates += len(outcome.duplicates)
        self.unknown += len(outcome.unknown)
        lags = dict(self.lag_seconds)
        for item in (*outcome.applied, *outcome.duplicates):
            self.last_position = max(self.last_position, item.envelope.position)
            age = (now - item.envelope.received_at).total_seconds()
            if not item.entry.is_fetched:
                self.brought_position = max(self.brought_position, item.envelope.position)
                lags[item.envelope.stream] = max(0.0, round(age, 4))
        self.lag_seconds = lags
