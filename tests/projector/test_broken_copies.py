"""A broken copy of an event that was applied is a duplicate, and becomes no dead letter."""

import json
import threading
import time
from dataclasses import replace

import pytest
import redis

from embedded.servers import MongoServer
from projector import assembly
from projector.dead_letters import FAILURES, DeadLetters
from projector.failures import AGAIN_SECONDS, Failures
from projector.item import Entry
from projector.metrics import Metrics
from projector.settings import Settings
from projector.stream import GROUP
from projector.vitals import Vitals
from proto.codec import InvalidBody
from proto.streams import INBOX
from tests.ports import free_port
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, customer
from tests.projector.mirror import Mirror
from tests.projector.test_lost_servers import fragile_mongo, killed, wait_until
from tests.projector.test_metrics import ask

__all__ = ["fragile_mongo"]


@pytest.mark.parametrize("tries", [1, 2, 3])
@pytest.mark.parametrize("apart", [False, True])
def test_it_is_acknowledged_after_its_last_delivery(
    feed: Feed,
    start: Start,
    settings: Settings,
    mirror: Mirror,
    streams: redis.Redis,
    *,
    tries: int,
    apart: bool,
) -> None:
    """In one batch with the whole event or after it, however often it is tried."""
    with start(replace(settings, tries_max=tries)) as drain:
        if apart:
            feed.tell("customer.changed.v1", customer(), id="same")
            drain()
        feed.tell("customer.changed.v1", "broken", id="same")
        if not apart:
            feed.tell("customer.changed.v1", customer(), id="same")
        drain()
    assert mirror.customer()["fullName"] == "Mia Chen"
    assert feed.dead_letters() == []
    assert not streams.exists(FAILURES)


def test_it_is_known_to_whoever_takes_it_over(
    feed: Feed, drain: Drain, start: Start, settings: Settings, streams: redis.Redis
) -> None:
    """One projector failed at it and is gone; what it is of was applied meanwhile."""
    feed.tell("customer.changed.v1", "broken", id="same")
    while not streams.exists(FAILURES):
        drain.projector.turn(20)
    feed.tell("customer.changed.v1", customer(), id="same")
    with start(replace(settings, consumer="another")) as another:
        another()
    assert feed.dead_letters() == []
    assert not streams.exists(FAILURES)


def test_it_is_told_apart_from_poison_beside_it(
    feed: Feed, drain: Drain, streams: redis.Redis
) -> None:
    """Of those that come to their last delivery at once, only what nobody applied is dead."""
    feed.tell("customer.changed.v1", customer(), id="same")
    drain()
    feed.tell("customer.changed.v1", "broken", id="same")
    dead = feed.tell("customer.changed.v1", "broken", id="other")
    drain()
    assert [each["original_message_id"] for each in feed.dead_letters()] == [dead]
    assert not streams.exists(FAILURES)
    assert streams.xpending(INBOX, GROUP)["pending"] == 0


def test_it_counts_as_a_duplicate(settings: Settings, feed: Feed, streams: redis.Redis) -> None:
    """In the figures, once, at its own last delivery and not at another's before."""
    port = free_port()
    feed.tell("customer.changed.v1", "broken", id="other")
    with assembly.projector(replace(settings, metrics_port=port)) as (projector, beside):
        beside.start()
        while not streams.exists(FAILURES):
            projector.turn(20)
        feed.tell("customer.changed.v1", "broken", id="same")
        feed.tell("customer.changed.v1", customer(), id="same")
        while projector.turn(20):
            pass
        _, said = ask(port, "/metrics")
        beside.stop()
        projector.stop()
        projector.run()
    assert 'projector_events_total{outcome="duplicate",type="customer.changed.v1"} 1.0' in said
    assert "projector_dead_letters 1.0" in said


def test_a_mongodb_that_is_lost_before_it_can_be_told_is_waited_for(
    fragile_mongo: MongoServer, settings: Settings, feed: Feed, streams: redis.Redis
) -> None:
    """What is at its last delivery then is not dead before, nor counted once more for it."""
    port = free_port()
    there = replace(settings, mongodb_url=fragile_mongo.url, stale_seconds=600, metrics_port=port)
    with assembly.projector(there) as (projector, beside):
        beside.metrics.start()
        entry_id = feed.tell("customer.changed.v1", "broken")
        while not streams.exists(FAILURES):
            projector.turn(20)
        killed(fragile_mongo)
        thread = threading.Thread(target=projector.run)
        thread.start()
        try:
            wait_until(lambda: streams.hget(FAILURES, f"{INBOX}/{entry_id}") == b"3")
            wait_until(lambda: "mongodb" in ask(port, "/healthz")[1])
            assert feed.dead_letters() == []
            fragile_mongo.start()
            wait_until(feed.dead_letters)
        finally:
            projector.stop()
            thread.join()
            beside.metrics.stop()
    assert feed.dead_letters()[0]["deliveries"] == "3"


def test_while_there_is_much_to_read_it_waits_for_others(streams: redis.Redis, feed: Feed) -> None:
    """For a second, or until there are a hundred; where nothing else is to be read, not at all."""
    vitals = Vitals(started_at=assembly.now())
    failures = Failures(
        DeadLetters(streams, 3, assembly.now), lambda _: set(), vitals, Metrics(vitals)
    )

    def fail(count: int) -> None:
        told = [feed.tell("customer.changed.v1", "broken") for _ in range(count)]
        failures.unreadable([(Entry(INBOX, each, {}), InvalidBody("broken")) for each in told])

    def given(now: float, *, is_behind: bool = True) -> int:
        return len(failures.delivered_again(now, is_behind=is_behind))

    fail(1)
    assert given(10.0) == 1, "none was for long"
    fail(99)
    assert given(10.9) == 0
    assert given(10.9, is_behind=False) == 99
    fail(99)
    assert given(11.8) == 0
    assert given(12.0) == 99
    fail(100)
    assert given(12.1) == 100


def test_what_waits_for_others_is_not_taken_for_stale(
    feed: Feed, start: Start, settings: Settings, streams: redis.Redis
) -> None:
    """It is here, and its deliveries would come twice as fast as they are told."""
    place = f"{INBOX}/{feed.tell('customer.changed.v1', 'broken')}"
    feed.raw_all(
        {"typ": "customer.changed.v1", "id": f"n-{each}", "payload": json.dumps(customer())}
        for each in range(600)
    )
    with start(replace(settings, batch_entries_max=1, stale_seconds=0.05)) as drain:
        while streams.hget(FAILURES, place) != b"2":
            before = time.monotonic()
            drain.projector.turn(20)
        while not feed.dead_letters():
            drain.projector.turn(20)
        assert time.monotonic() - before > AGAIN_SECONDS
