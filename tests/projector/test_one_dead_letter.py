"""What two projectors have in hand at once becomes one dead letter."""

import pytest
import redis

from projector.dead_letters import DeadLetters
from projector.item import Entry
from projector.stream import GROUP
from proto.codec import InvalidBody
from proto.streams import DEAD_LETTERS, INBOX
from proto.values import Instant
from tests.projector.feed import Feed

REASON = InvalidBody("broken")


@pytest.fixture
def letters(streams: redis.Redis) -> DeadLetters:
    """Dead letters after one failure."""
    return DeadLetters(streams, 1, lambda: Instant.parse("2026-03-01"))


@pytest.fixture
def entry(streams: redis.Redis, feed: Feed) -> Entry:
    """An entry that was given to one projector and taken over by another."""
    entry_id = feed.tell("customer.changed.v1", "broken")
    streams.xgroup_create(INBOX, GROUP, "0")
    streams.xreadgroup(GROUP, "slow", {INBOX: ">"})
    streams.xclaim(INBOX, GROUP, "other", 0, [entry_id])
    return Entry(INBOX, entry_id, {b"typ": b"customer.changed.v1", b"payload": b"broken"})


def test_it_is_moved_by_the_first_of_them(
    letters: DeadLetters, entry: Entry, streams: redis.Redis
) -> None:
    """The other finds it acknowledged, and counts none."""
    assert [each for each, _ in letters.failed([(entry, REASON)]).dead] == [entry]
    assert letters.failed([(entry, REASON)]).dead == []
    assert streams.xlen(DEAD_LETTERS) == 1
    assert streams.xpending(INBOX, GROUP)["pending"] == 0


def test_what_another_brought_through_is_no_dead_letter(
    letters: DeadLetters, entry: Entry, streams: redis.Redis
) -> None:
    """It may have failed here because of what has passed since."""
    streams.xack(INBOX, GROUP, entry.entry_id)
    assert letters.failed([(entry, REASON)]).dead == []
    assert streams.xlen(DEAD_LETTERS) == 0


def test_what_redis_has_lost_is_kept(
    letters: DeadLetters, entry: Entry, streams: redis.Redis
) -> None:
    """Nobody else has it: it is better told than forgotten."""
    streams.flushall()
    assert len(letters.failed([(entry, REASON)]).dead) == 1
    assert streams.xlen(DEAD_LETTERS) == 1


def test_what_is_read_again_waits_for_that(
    letters: DeadLetters, entry: Entry, streams: redis.Redis
) -> None:
    """A group that was lost is made anew and begins with the first entry."""
    streams.xgroup_destroy(INBOX, GROUP)
    assert letters.failed([(entry, REASON)]).dead == []
    assert streams.xlen(DEAD_LETTERS) == 0
