"""A publisher knows how far its own events have come."""

import itertools
from typing import Any

import pytest
import redis

from embedded.inbox import EntryId, Inbox
from embedded.mirror import NotReading, wait_while_moving
from proto.streams import DEAD_LETTERS, INBOX, PROJECTOR_GROUP


def _event(number: int) -> dict[str, str]:
    return {"typ": "customer.created.v1", "cause": f"cause-{number}"}


def _read(streams: redis.Redis, count: int) -> list[bytes]:
    answer: Any = streams.xreadgroup(PROJECTOR_GROUP, "reader", {INBOX: ">"}, count=count)
    pages = answer[INBOX.encode()][0] if isinstance(answer, dict) else answer[0][1]
    return [entry_id for entry_id, _ in pages]


def test_places_in_a_stream_have_the_streams_order() -> None:
    """Ten comes after nine, as numbers and not as text."""
    assert EntryId.parse(b"9-9") < EntryId.parse(b"10-0") < EntryId.parse(b"10-10")


def test_events_are_done_when_they_are_acknowledged(streams: redis.Redis) -> None:
    """Given out is not yet done: who read them may die before they are durable."""
    streams.xgroup_create(INBOX, PROJECTOR_GROUP, id="0", mkstream=True)
    inbox = Inbox(streams)
    inbox.publish([_event(1), _event(2)])
    inbox.publish([_event(3)])
    assert (inbox.delivered(), inbox.is_done()) == (0, False)
    first = _read(streams, 2)
    assert (inbox.delivered(), inbox.is_done()) == (2, False)
    last = _read(streams, 1)
    assert (inbox.delivered(), inbox.is_done()) == (3, False)
    streams.xack(INBOX, PROJECTOR_GROUP, *first, *last)
    assert inbox.is_done()


def test_what_others_publish_later_is_not_waited_for(streams: redis.Redis) -> None:
    """A busy inbox never stands still; ours are done all the same."""
    streams.xgroup_create(INBOX, PROJECTOR_GROUP, id="0", mkstream=True)
    inbox = Inbox(streams)
    inbox.publish([_event(1)])
    streams.xadd(INBOX, {"typ": "another"})
    ours, _ = _read(streams, 2)
    streams.xack(INBOX, PROJECTOR_GROUP, ours)
    assert inbox.is_done()


def test_only_ours_of_the_dead_letters_are_counted(streams: redis.Redis) -> None:
    """Neither older ones, nor those of others, nor those of the other stream."""
    letter: dict[Any, Any] = {"original_stream": INBOX, "original_message_id": "1-0"}
    streams.xadd(DEAD_LETTERS, letter)
    inbox = Inbox(streams)
    inbox.publish([_event(1)])
    end = f"{inbox.last.milliseconds}-{inbox.last.sequence}"
    streams.xadd(DEAD_LETTERS, letter)
    streams.xadd(DEAD_LETTERS, {**letter, "original_message_id": end})
    streams.xadd(DEAD_LETTERS, {"original_stream": "other", "original_message_id": end})
    assert inbox.dead_lettered() == 1


def test_a_publisher_waits_as_long_as_something_moves() -> None:
    """Slow is not still."""
    count = itertools.count()
    wait_while_moving(lambda: next(count), 3, still_seconds_max=30)


def test_a_projector_that_stands_still_is_reported() -> None:
    """The sentence says how much waits, and that it is not lost."""
    with pytest.raises(NotReading, match=r"1,500 events wait .* when it runs again"):
        wait_while_moving(lambda: 500, 2_000, still_seconds_max=0)
