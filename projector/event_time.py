"""Refuses an event that says it happened in the future: nothing real would be newer. Pure.

Its account would stay as it is until that day, and nobody would be told. It is looked at
when the event comes, by the database's clock: what was applied once, a rebuild applies.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from projector.item import Item
from proto.codec import InvalidBody
from proto.events import EVENTS, Event, NotificationEvent, ScheduleUpdated
from proto.values import Instant

AHEAD_MAX: Final = timedelta(days=1)
"""How far a sender's clock may be ahead; a date alone is half a day ahead in Sydney."""

NAMES: Final = ("changed_at", "timestamp", "last_updated", "event_at")
TOLD: Final = {
    kind: tuple(name for name in NAMES if name in kind.__struct_fields__)
    for kind in EVENTS.values()
}


def require_past(item: Item, now: datetime) -> None:
    """Refuse what happens more than a day after it came and after now. Raises InvalidBody."""
    event = item.happening().event
    if event is None or item.is_ledger:
        return
    latest = max(item.envelope.received_at, now) + AHEAD_MAX
    for name, at in _told(event):
        if at is not None and at > latest:
            raise InvalidBody(f"InvalidTimestamp: {name} is {at}, which is in the future")


def _told(event: Event) -> Iterator[tuple[str, Instant | None]]:
    for name in TOLD[type(event)]:
        yield name, getattr(event, name)
    if isinstance(event, ScheduleUpdated):
        for each in event.payments:
            yield "last_updated", each.last_updated
    if isinstance(event, NotificationEvent) and event.event_at is None:
        yield "sent_at", event.sent_at
        yield "failed_at", getattr(event, "failed_at", None)
