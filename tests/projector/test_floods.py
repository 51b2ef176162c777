"""A flood of poison stops its source, not the others; nothing of it is lost."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from projector import commands
from projector.floods import ASIDE, STOPPED, Floods, take_in
from projector.item import Entry
from projector.settings import Settings
from proto import documents
from proto.streams import INBOX
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror


@pytest.fixture
def flooded(start: Start, settings: Settings, feed: Feed) -> Iterator[Drain]:
    """A projector that has just stopped a sender after twenty dead letters."""
    with start(replace(settings, flood_count=20, batch_entries_max=10)) as drain:
        for number in range(30):
            feed.tell("customer.changed.v1", "broken", agt="bad-feed", id=f"bad-{number}")
        feed.tell("customer.changed.v1", customer("CUS-1"), agt="bad-feed", id="bad-good")
        feed.tell("customer.changed.v1", customer("CUS-2"), agt="good-feed")
        drain()
        yield drain


def test_the_source_is_stopped_and_the_others_are_not(
    flooded: Drain, feed: Feed, mirror: Mirror
) -> None:
    """After so many dead letters of it no more are made; the heartbeat raises the alarm.

    What it sends is put aside.
    """
    assert len(feed.dead_letters()) == 20
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-2"]
    assert flooded.left() == 0
    flooded.until(lambda: flooded.projector._vitals.stopped_sources == ["bad-feed"])


def test_what_was_put_aside_comes_back_when_an_operator_says_so(
    flooded: Drain, feed: Feed, mirror: Mirror, settings: Settings
) -> None:
    """In its order, and applied as if nothing had been."""
    assert commands.run(["resume", "bad-feed"], settings) == 0
    assert commands.run(["resume", "bad-feed"], settings) == 1
    flooded.until(lambda: mirror.database["customers"].count_documents({}) == 2)
    assert len(feed.dead_letters()) == 30


def test_after_a_quiet_time_it_is_taken_in_again(
    flooded: Drain, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """Also by another projector: who is stopped stands in Redis."""
    assert flooded.projector._floods.stopped == {"bad-feed"}
    with start(replace(settings, consumer="other", flood_quiet_seconds=0.1)) as other:
        other.until(lambda: mirror.database["customers"].count_documents({}) == 2)


def test_a_little_poison_stops_nobody(start: Start, settings: Settings, feed: Feed) -> None:
    """One in a hundred is no flood, however long it goes on."""
    with start(replace(settings, flood_count=5)) as drain:
        for number in range(600):
            body = "broken" if number % 100 == 0 else customer(f"CUS-{number % 7}")
            feed.tell("customer.changed.v1", body)
        drain()
        assert drain.projector._floods.stopped == set()
    assert len(feed.dead_letters()) == 6


def looked_through(streams: redis.Redis) -> int:
    """Count how often somebody has looked through a stream."""
    return int(streams.info("commandstats")["cmdstat_xrange"]["calls"])


def test_what_is_aside_is_looked_through_only_when_a_source_is_taken_in(
    streams: redis.Redis,
) -> None:
    """However much it is, it costs the others nothing; then all of it comes, in its order.

    Also an entry with more fields than a script of Redis can pass on.
    """
    streams.hset(STOPPED, "bad-feed", str(time.time()))
    floods = Floods(streams, count=20, share=0.5, window=60.0, quiet=600.0)
    floods.turn(0.0)
    many = {f"f{number}".encode(): b"x" for number in range(5_000)}
    entries = [Entry(INBOX, f"1-{number}", {b"agt": b"bad-feed"}) for number in range(1, 500)]
    entries.append(Entry(INBOX, "1-500", {b"agt": b"bad-feed", **many}))
    assert floods.admit(entries) == []
    streams.xrange(INBOX)
    before = looked_through(streams)
    for moment in (10.0, 20.0, 30.0):
        assert floods.turn(moment)
    assert looked_through(streams) == before
    take_in(streams, "bad-feed")
    for moment in (40.0, 50.0, 60.0):
        assert floods.turn(moment)
    back: Any = streams.xrange(INBOX)
    told = [fields[b"original_message_id"].decode() for _, fields in back]
    assert told == [each.entry_id for each in entries]
    assert not streams.xlen(ASIDE)


def test_what_a_projector_put_aside_at_last_is_not_left_there(streams: redis.Redis) -> None:
    """It had not seen yet that the source is taken in again, and was gone before it looked."""
    streams.hset(STOPPED, "bad-feed", str(time.time()))
    stays, goes = (Floods(streams, count=20, share=0.5, window=60.0, quiet=600.0) for _ in range(2))
    for each in (stays, goes):
        each.turn(0.0)
    take_in(streams, "bad-feed")
    stays.turn(10.0)
    assert goes.admit([Entry(INBOX, "1-1", {b"agt": b"bad-feed"})]) == []
    stays.turn(20.0)
    assert (streams.xlen(INBOX), streams.xlen(ASIDE)) == (1, 0)
