"""A flood of poison stops its source, not the others; nothing of it is lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from projector import commands
from projector.settings import Settings
from proto import documents
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
