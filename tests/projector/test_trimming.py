"""The streams do not grow for ever, and lose nothing that anybody has not read."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from projector.settings import Settings
from projector.stream import GROUP
from projector.trimming import Trimmer
from proto import documents
from proto.streams import DEAD_LETTERS, INBOX, INTAKE_GROUP, INTERNAL
from tests.projector.conftest import Drain, Start
from tests.projector.feed import Feed, account, customer, update
from tests.projector.mirror import Mirror

MANY = 600
NODE = 100
"""Redis lets whole nodes of so many entries go."""


@pytest.fixture
def brief(settings: Settings, start: Start) -> Iterator[Drain]:
    """A projector that keeps nothing longer than it must."""
    with start(replace(settings, stream_keep_seconds=0)) as each:
        yield each


def tell(feed: Feed, count: int = MANY) -> None:
    """Publish customers."""
    for number in range(count):
        feed.tell("customer.created.v1", customer(f"CUS-{number}"))


def test_what_everybody_has_read_goes(
    feed: Feed, brief: Drain, streams: redis.Redis, mirror: Mirror
) -> None:
    """From the inbox, the ledger's stream and the dead letters; all of it is stored."""
    tell(feed)
    feed.post("LOAN-1", "account.created.v1", account())
    for number in range(MANY - 1):
        feed.post("LOAN-1", "account.updated.v1", update(current_balance=f"{number}.00"))
    for _ in range(2 * NODE):
        feed.tell("customer.created.v1", "{")
    brief.until(lambda: max(streams.xlen(each) for each in (INBOX, INTERNAL, DEAD_LETTERS)) <= NODE)
    assert brief.left() == 0
    assert len(mirror.all(documents.CUSTOMERS)) == MANY
    assert mirror.account()["ver"] == MANY
    assert len(mirror.all(documents.DEAD_LETTERS)) == 2 * NODE


def test_what_another_group_has_not_read_stays(
    feed: Feed, brief: Drain, settings: Settings, streams: redis.Redis
) -> None:
    """The ledger's intake reads the inbox too: its payments wait for it however long."""
    streams.xgroup_create(INBOX, INTAKE_GROUP, id="0", mkstream=True)
    tell(feed)
    brief()
    assert streams.xlen(INBOX) == MANY
    given: Any = streams.xreadgroup(INTAKE_GROUP, "intake", {INBOX: ">"}, count=MANY)
    ids = [entry_id for entry_id, _ in given[0][1]]
    time.sleep(2 * settings.stale_seconds)
    brief.projector.turn(1)
    assert streams.xlen(INBOX) == MANY, "it was given them and has acknowledged none"
    streams.xack(INBOX, INTAKE_GROUP, *ids[: MANY // 2])
    brief.until(lambda: streams.xlen(INBOX) <= MANY // 2 + NODE)
    assert streams.xlen(INBOX) >= MANY // 2
    assert streams.xrange(INBOX, ids[MANY // 2], ids[MANY // 2])


def test_what_is_pending_stays(feed: Feed, settings: Settings, streams: redis.Redis) -> None:
    """One old entry that a consumer has in hand keeps itself and all after it."""
    tell(feed)
    streams.xgroup_create(INBOX, GROUP, id="0")
    given: Any = streams.xreadgroup(GROUP, "somebody", {INBOX: ">"}, count=MANY)
    ids = [entry_id for entry_id, _ in given[0][1]]
    streams.xack(INBOX, GROUP, *ids[1:])
    trimmer = Trimmer(streams, replace(settings, stream_keep_seconds=0))
    assert trimmer.turn(0) == 0
    assert streams.xlen(INBOX) == MANY
    streams.xack(INBOX, GROUP, ids[0])
    assert trimmer.turn(1) >= MANY - NODE


def test_what_is_young_stays_unless_there_is_too_much(
    feed: Feed, start: Start, settings: Settings, streams: redis.Redis
) -> None:
    """A day's worth can be looked at; a flood does not fill the memory."""
    tell(feed)
    with start(settings) as drain:
        drain()
        assert streams.xlen(INBOX) == MANY
    with start(replace(settings, stream_entries_max=MANY // 2)) as drain:
        drain.until(lambda: streams.xlen(INBOX) <= MANY // 2 + NODE)
    assert streams.xlen(INBOX) >= NODE, "the newest stay"


def test_a_group_that_reads_nothing_is_named(
    feed: Feed,
    start: Start,
    settings: Settings,
    streams: redis.Redis,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is taken from it, but an operator hears who lets the stream grow."""
    streams.xgroup_create(INBOX, "forgotten", id="0", mkstream=True)
    tell(feed, 2 * NODE)
    with start(settings) as drain:
        drain()
    brief = replace(settings, stream_keep_seconds=0, stream_entries_max=NODE)
    trimmer = Trimmer(streams, brief)
    assert [trimmer.turn(now) for now in (0, 60)] == [0, 0]
    assert streams.xlen(INBOX) == 2 * NODE
    said = [line for line in capsys.readouterr().out.splitlines() if "stream_not_trimmed" in line]
    assert len(said) == 1
    assert "forgotten" in said[0]
