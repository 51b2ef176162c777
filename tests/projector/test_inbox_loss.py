"""What came from outside and is gone before it was applied is told, by count and time."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import redis

from embedded.servers import MongoServer
from projector import assembly
from projector.dead_letters import FAILURES
from projector.floods import ASIDE, STOPPED
from projector.heartbeat import Heartbeat
from projector.settings import Settings
from projector.stream import STREAMS
from projector.vitals import Vitals
from proto import codec, documents
from proto.streams import INBOX, INTERNAL
from tests.projector.feed import Feed, account, customer, update
from tests.projector.mirror import Mirror
from tests.projector.test_lost_servers import hanging
from tests.projector.test_world_faults import SECONDS_MAX, beat


def test_what_was_unread_in_an_emptied_inbox_is_counted(
    settings: Settings, streams: redis.Redis, feed: Feed, mirror: Mirror
) -> None:
    """The gap is told by time and count: since the last event that was read, so many."""
    with assembly.projector(replace(settings, stale_seconds=600)) as (projector, beside):
        feed.tell("customer.created.v1", customer("C-1"))
        while mirror.find(documents.CUSTOMERS, "C-1") is None:
            projector.turn(20)
        last_read = mirror.all(documents.ARCHIVE)[-1]["receivedAt"]
        for number in range(2, 5):
            feed.tell("customer.created.v1", customer(f"C-{number}"))
        beside.heartbeat.beat()
        streams.flushall()
        feed.tell("customer.created.v1", customer("C-9"))
        beside.heartbeat.beat()
        while mirror.find(documents.CUSTOMERS, "C-9") is None:
            projector.turn(20)
        beside.heartbeat.beat()
    said = beat(mirror)
    assert said.inbox_lost_at is not None
    assert (said.inbox_lost_from, said.inbox_lost_count) == (last_read, 3)


def test_a_tail_that_a_failed_over_redis_lost_is_healed_and_reported(
    settings: Settings, streams: redis.Redis, feed: Feed, mirror: Mirror
) -> None:
    """The replica that took over lagged: the ledger's events come again, the others are counted."""
    made = [feed.entry("LOAN-1", "account.created.v1", account())]
    made.append(feed.entry("LOAN-1", "account.updated.v1", update(current_balance="5.00")))
    with assembly.projector(settings) as (projector, beside):

        def work_until(is_so: Callable[[], object]) -> None:
            deadline = time.monotonic() + SECONDS_MAX
            while not is_so():
                assert time.monotonic() < deadline, "it did not come"
                beside.heartbeat.beat()
                projector.turn(20)

        feed.raw(made[0], INTERNAL)
        feed.tell("customer.created.v1", customer("C-1"))
        work_until(lambda: mirror.find(documents.CUSTOMERS, "C-1"))
        replica: dict[Any, Any] = {each: streams.dump(each) for each in STREAMS}
        feed.raw(made[1], INTERNAL)
        feed.tell("customer.created.v1", customer("C-2"))
        work_until(lambda: mirror.find(documents.CUSTOMERS, "C-2"))
        kept = mirror.all(documents.ARCHIVE)
        last_read = max(each["receivedAt"] for each in kept if "sealed" in each)
        for number in range(3, 6):
            feed.tell("customer.created.v1", customer(f"C-{number}"))
        beside.heartbeat.beat()
        for key, value in replica.items():
            streams.restore(key, 0, value, replace=True)
        for fields in made:
            feed.raw(fields, INTERNAL)
        work_until(lambda: beat(mirror).inbox_lost_at)
        feed.tell("customer.created.v1", customer("C-9"))
        work_until(lambda: mirror.find(documents.CUSTOMERS, "C-9"))
        beside.heartbeat.beat()
    said = beat(mirror)
    assert (said.inbox_lost_from, said.inbox_lost_count) == (last_read, 3)
    assert (mirror.account()["ver"], len(mirror.all(documents.AUDIT_EVENTS))) == (2, 2)


def test_a_gap_is_told_after_a_restart_too(
    settings: Settings, streams: redis.Redis, feed: Feed, mirror: Mirror
) -> None:
    """Emptied while nobody was there: the last sign of life says how many were unread."""
    with assembly.projector(settings) as (projector, beside):
        feed.tell("customer.created.v1", customer("C-1"))
        while mirror.find(documents.CUSTOMERS, "C-1") is None:
            projector.turn(20)
        feed.tell("customer.created.v1", customer("C-2"))
        beside.heartbeat.beat()
    streams.flushall()
    for _ in range(2):
        with assembly.projector(settings) as (projector, beside):
            beside.heartbeat.start()
            projector.turn(20)
            beside.heartbeat.beat()
            beside.heartbeat.stop()
        said = beat(mirror)
        assert said.inbox_lost_at is not None
        assert said.inbox_lost_count == 1


def test_what_was_put_aside_or_is_tried_again_counts_as_lost_too(
    settings: Settings, streams: redis.Redis, feed: Feed, mirror: Mirror
) -> None:
    """With what nobody had read; also before the first event from outside was applied."""
    flooded = replace(settings, flood_count=5, stale_seconds=600)
    mirror.take_only("customers", {"firstName": {"$ne": "Nobody"}})
    with assembly.projector(flooded) as (projector, beside):
        for _ in range(5):
            feed.tell("customer.created.v1", "broken", agt="bad-feed")
        feed.tell("customer.created.v1", customer("C-0", first_name="Nobody"))
        while not (streams.exists(STOPPED) and streams.exists(FAILURES)):
            projector.turn(20)
        for number in range(1, 4):
            feed.tell("customer.created.v1", customer(f"C-{number}"), agt="bad-feed")
        while streams.xlen(ASIDE) < 3 or len(feed.dead_letters()) < 5:
            projector.turn(20)
        feed.tell("customer.created.v1", customer("C-4"))
        beside.heartbeat.beat()
        assert beat(mirror).inbox_lost_at is None
        assert mirror.all(documents.MARKS) == []
        streams.flushall()
        feed.tell("customer.created.v1", customer("C-9"))
        while mirror.find(documents.CUSTOMERS, "C-9") is None:
            projector.turn(20)
        beside.heartbeat.beat()
    assert beat(mirror).inbox_lost_count == 3 + 1 + 1


def test_of_two_projectors_each_tells_what_it_alone_knows(
    settings: Settings, streams: redis.Redis, feed: Feed, mirror: Mirror
) -> None:
    """The one with the lease writes the sign; a loss that the other saw stays in it."""
    patient = replace(settings, stale_seconds=600)
    first, second = (replace(patient, consumer=each) for each in ("first", "second"))
    with assembly.projector(first) as (one, beside_one):
        feed.tell("customer.created.v1", customer("C-1"))
        while mirror.find(documents.CUSTOMERS, "C-1") is None:
            one.turn(20)
        one._vitals.match_score = 0.5
        beside_one.heartbeat.beat()
        begun = beat(mirror).started_at
        with assembly.projector(second) as (two, beside_two):
            two.turn(20)
            streams.delete(INBOX)
            feed.tell("customer.created.v1", customer("C-2"))
            while mirror.find(documents.CUSTOMERS, "C-2") is None:
                two.turn(20)
            for each in (beside_two, beside_one, beside_two, beside_one):
                each.heartbeat.beat()
                said = beat(mirror)
                assert said.inbox_lost_at is not None
                assert (said.match_score, said.started_at) == (0.5, begun)
                one.turn(20)


def test_a_gap_is_told_though_mongodb_was_away_at_the_start(
    settings: Settings,
    mongo_server: MongoServer,
    streams: redis.Redis,
    feed: Feed,
    mirror: Mirror,
) -> None:
    """Nothing is written over before it was read."""
    with assembly.projector(settings) as (projector, beside):
        projector.turn(20)
        feed.tell("customer.created.v1", customer("C-1"))
        beside.heartbeat.beat()
        last_id = beat(mirror).inbox_last_id
    streams.flushall()
    vitals = Vitals(started_at=assembly.now())
    with assembly.mongo_client(settings, 0.2, 0.2) as hasty:
        heartbeat = Heartbeat(hasty, settings.db_name, streams, vitals, assembly.now)
        with hanging(mongo_server):
            heartbeat.beat()
        vitals.holds_lease, vitals.turned_at = True, time.monotonic()
        while beat(mirror).started_at != codec.stored_instant(vitals.started_at):
            heartbeat.beat()
    assert (beat(mirror).inbox_last_id, vitals.inbox_waiting) == (last_id, 1)
