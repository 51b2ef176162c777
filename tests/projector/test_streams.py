"""Groups, pending entries, consumers that are gone, and the lease."""

import os
import platform
import subprocess
import sys
from dataclasses import replace

import redis

from projector.item import Entry
from projector.lease import KEY
from projector.reclaim import is_gone
from projector.settings import Settings
from projector.stream import GROUP, STREAMS, batches
from proto import documents
from proto.streams import INBOX
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, customer, update
from tests.projector.mirror import Mirror


def gone_consumer() -> str:
    """Name a consumer of this machine whose process has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return f"{platform.node()}-{process.pid}"


def test_what_was_there_before_the_group_is_read(feed: Feed, drain: Drain, mirror: Mirror) -> None:
    """The group begins at the stream's first entry."""
    feed.tell("customer.created.v1", customer())
    drain()
    assert mirror.customer()["fullName"] == "Mia Chen"


def test_a_lost_group_is_made_again(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, streams: redis.Redis
) -> None:
    """NOGROUP is no end: everything is read again and nothing is doubled."""
    with start(replace(settings, stale_seconds=600)) as drain:
        feed.tell("customer.created.v1", customer())
        drain()
        for stream in STREAMS:
            streams.xgroup_destroy(stream, GROUP)
        feed.tell("customer.changed.v1", customer(first_name="Mira"))
        drain.until(lambda: len(mirror.all(documents.MARKS)) == 2)
    assert mirror.customer()["fullName"] == "Mira Chen"
    assert len(mirror.all(documents.MARKS)) == 2


def test_what_was_given_to_us_before_is_read_again_first(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, streams: redis.Redis
) -> None:
    """A process that died under our name had entries in hand."""
    feed.tell("customer.created.v1", customer())
    streams.xgroup_create(INBOX, GROUP, id="0")
    streams.xreadgroup(GROUP, settings.consumer, {INBOX: ">"})
    with start(replace(settings, stale_seconds=600)) as drain:
        drain()
    assert mirror.customer()["fullName"] == "Mia Chen"


def test_entries_of_a_stuck_consumer_are_taken_over(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """While the process runs, not at its next start."""
    drain()
    feed.tell("customer.created.v1", customer())
    streams.xreadgroup(GROUP, "elsewhere-1", {INBOX: ">"})
    drain()
    assert mirror.customer()["fullName"] == "Mia Chen"


def test_a_process_that_is_gone_is_not_waited_for(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, streams: redis.Redis
) -> None:
    """Its entries, its lease and its place in the group pass on at once."""
    gone = gone_consumer()
    feed.tell("customer.created.v1", customer())
    feed.post("LOAN-1", "account.created.v1", account())
    for stream in STREAMS:
        streams.xgroup_create(stream, GROUP, id="0")
    streams.xreadgroup(GROUP, gone, dict.fromkeys(STREAMS, ">"))
    streams.set(KEY, gone, px=3_600_000)
    with start(replace(settings, stale_seconds=600)) as drain:
        drain()
    assert mirror.account()["customerName"] == "Mia Chen"


def test_consumers_that_are_gone_leave_the_group(
    feed: Feed, drain: Drain, streams: redis.Redis
) -> None:
    """When they have nothing pending; whoever has something keeps its place."""
    feed.tell("customer.created.v1", customer())
    drain()
    streams.xgroup_createconsumer(INBOX, GROUP, gone_consumer())
    drain.until(lambda: len(streams.xinfo_consumers(INBOX, GROUP)) == 1)
    assert streams.xinfo_consumers(INBOX, GROUP)[0]["name"] == b"test-consumer"


def test_a_deleted_pending_entry_is_acknowledged_as_lost(
    feed: Feed, drain: Drain, mirror: Mirror, streams: redis.Redis
) -> None:
    """Redis 6.2 would offer it as (None, None) for ever."""
    drain()
    lost = feed.tell("customer.created.v1", customer("CUS-1"))
    feed.tell("customer.created.v1", customer("CUS-2"))
    streams.xreadgroup(GROUP, "elsewhere-1", {INBOX: ">"})
    streams.xdel(INBOX, lost)
    drain()
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-2"]


def test_our_own_deleted_entry_is_acknowledged_as_lost(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, streams: redis.Redis
) -> None:
    """Also when it is met at the start, among our own."""
    lost = feed.tell("customer.created.v1", customer("CUS-1"))
    feed.tell("customer.created.v1", customer("CUS-2"))
    streams.xgroup_create(INBOX, GROUP, id="0")
    streams.xreadgroup(GROUP, settings.consumer, {INBOX: ">"})
    streams.xdel(INBOX, lost)
    with start(settings) as drain:
        drain()
    assert [each["_id"] for each in mirror.all(documents.CUSTOMERS)] == ["CUS-2"]


def test_one_projector_at_a_time_reads_the_ledgers_events(
    feed: Feed, drain: Drain, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """The other one reads the external stream meanwhile, and takes over when the first ends."""
    drain()
    with start(replace(settings, consumer="second", stale_seconds=600)) as second:
        feed.post("LOAN-1", "account.created.v1", account())
        feed.tell("customer.created.v1", customer())
        second.until(lambda: mirror.find(documents.CUSTOMERS, "CUS-1") is not None)
        assert mirror.all(documents.LOAN_ACCOUNTS) == []
        drain.projector.stop()
        drain.projector.run()
        second.until(lambda: mirror.find(documents.LOAN_ACCOUNTS, "LOAN-1") is not None)


def test_a_batch_is_small_enough_for_one_transaction() -> None:
    """At most so many entries and so many bytes; one that is larger goes alone."""
    sizes = [10, 10, 10, 95, 10, 60, 60]
    entries = [Entry(INBOX, f"{n}-0", {b"payload": b"x" * size}) for n, size in enumerate(sizes)]
    cut = [
        [each.size for each in batch] for batch in batches(entries, entries_max=3, bytes_max=100)
    ]
    assert cut == [[10, 10, 10], [95], [10, 60], [60]]


def test_a_stream_in_small_batches_ends_like_in_large_ones(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror
) -> None:
    """Where a batch ends makes no difference."""
    feed.tell("account.created.v1", account())
    for cents in range(1, 40):
        feed.tell(
            "account.updated.v1", update(current_balance=f"{500 - cents}.00", status="ACTIVE")
        )
    with start(replace(settings, batch_entries_max=3)) as drain:
        drain()
    assert mirror.account()["balances"]["currentBalance"] == "461.00"
    assert len(mirror.all(documents.MARKS)) == 40


def test_the_own_process_is_not_gone() -> None:
    """A consumer's name tells its machine and its process."""
    assert not is_gone(f"{platform.node()}-{os.getpid()}")
    assert not is_gone("elsewhere-1")
    assert not is_gone("a-name")
    assert is_gone(gone_consumer())


def test_much_that_a_gone_process_had_in_hand_is_taken_over_at_once(
    feed: Feed, start: Start, settings: Settings, mirror: Mirror, streams: redis.Redis
) -> None:
    """In one go after the other, not a few hundred each ten seconds."""
    gone = gone_consumer()
    for number in range(700):
        feed.tell("customer.created.v1", customer(f"CUS-{number}"))
        feed.post(f"LOAN-{number}", "account.created.v1", account(f"LOAN-{number}"))
    for stream in STREAMS:
        streams.xgroup_create(stream, GROUP, id="0")
    streams.xreadgroup(GROUP, gone, dict.fromkeys(STREAMS, ">"))
    with start(replace(settings, stale_seconds=600)) as drain:
        for _ in range(20):
            drain.projector.turn(1)
        assert drain.left() == 0
    assert len(mirror.all(documents.LOAN_ACCOUNTS)) == 700
