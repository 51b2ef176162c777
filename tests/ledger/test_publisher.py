"""What is committed is on the stream, in order, whatever Redis goes through."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
import redis

from embedded.servers import RedisServer
from ledger.publisher import BATCH_MAX, POSITION_KEY
from proto import codec
from proto import servicing_pb2 as pb
from proto.codec import Envelope
from proto.streams import INTERNAL
from tests.builders import LedgerProcess
from tests.ports import free_port

SECONDS_MAX = 120.0

Entries = list[tuple[bytes, dict[bytes, bytes]]]


@pytest.fixture
def own_redis(data_dir: Path) -> Iterator[RedisServer]:
    """A Redis that the test may stop."""
    server = RedisServer(data_dir / "redis", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def publishing(data_dir: Path, own_redis: RedisServer) -> Iterator[LedgerProcess]:
    """A ledger that publishes to that Redis."""
    with LedgerProcess(data_dir, redis_url=own_redis.url) as process:
        yield process


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def _published(server: RedisServer) -> list[Envelope]:
    """Read the stream; nothing while Redis is away."""
    try:
        entries = cast("Entries", redis.Redis.from_url(server.url).xrange(INTERNAL))
    except redis.ConnectionError:
        return []
    return [codec.read_envelope(INTERNAL, each.decode(), fields) for each, fields in entries]


def _positions(server: RedisServer) -> list[int]:
    return [each.position for each in _published(server)]


def _health(ledger: LedgerProcess) -> pb.HealthResponse:
    return ledger.system.operations.Health(
        pb.HealthRequest(), metadata=ledger.system.metadata(), timeout=10
    )


def test_every_entry_is_published_in_order_byte_for_byte(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """The stream holds what the journal holds: body, hash, actor, position, version."""
    account = publishing.system.active_loan()
    entries = publishing.system.entries()
    _eventually(lambda: len(_positions(own_redis)) == len(entries))
    for read, entry in zip(_published(own_redis), entries, strict=True):
        assert (read.position, read.version, read.identity) == (
            entry.position,
            entry.version,
            f"{account}:{entry.version}",
        )
        assert read.body.encode() == entry.body
        assert (read.hash, read.prev, read.user_id) == (entry.hash, entry.prev, "system")
        codec.read_event(read.event_type, read.body)
    health = _health(publishing)
    assert health.publisher_connected
    assert health.published_position == health.journal_position == len(entries)


def test_commands_go_on_while_redis_is_away_and_are_published_after(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """Redis is transport: without it the books go on, with it the stream has everything."""
    account = publishing.system.active_loan()
    _eventually(lambda: len(_positions(own_redis)) == 5)
    own_redis.stop()
    publishing.system.repay(account, "10.00")
    _eventually(lambda: not _health(publishing).publisher_connected)
    own_redis.start()
    _eventually(lambda: _positions(own_redis) == list(range(1, 9)))
    _eventually(lambda: _health(publishing).publisher_connected)


def test_a_redis_that_lost_everything_is_told_everything_again(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """Its own position is lost with the stream, so that the publisher begins anew."""
    publishing.system.active_loan()
    _eventually(lambda: len(_positions(own_redis)) == 5)
    redis.Redis.from_url(own_redis.url).flushall()
    _eventually(lambda: _positions(own_redis) == [1, 2, 3, 4, 5])


def test_a_restarted_ledger_publishes_what_is_missing_and_nothing_else(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """The position stands in Redis, set together with the entries."""
    account = publishing.system.active_loan()
    _eventually(lambda: len(_positions(own_redis)) == 5)
    own_redis.stop()
    publishing.system.repay(account, "10.00")
    publishing.kill()
    own_redis.start()
    publishing.start()
    _eventually(lambda: len(_positions(own_redis)) == 8)
    assert _positions(own_redis) == list(range(1, 9))


def test_letters_of_any_script_are_published_byte_for_byte(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """What the hash covers is what the stream carries, whatever is in it."""
    name = 'Zo\u00eb "\\" \u65e5\u672c\t\U0001f642\u2028'
    publishing.system.create_staff("staff-zoe", ["support"], name)
    _eventually(lambda: len(_positions(own_redis)) == 1)
    assert _published(own_redis)[0].body.encode() == publishing.system.entries()[0].body


@pytest.mark.parametrize("stood", ["999", "nonsense"])
def test_a_position_that_is_not_of_this_journal_is_not_believed(
    data_dir: Path, own_redis: RedisServer, stood: str
) -> None:
    """Redis kept the position of a journal that is gone: all of the new one is published."""
    redis.Redis.from_url(own_redis.url).set(POSITION_KEY, stood)
    with LedgerProcess(data_dir, redis_url=own_redis.url) as ledger:
        ledger.system.active_loan()
        _eventually(lambda: _positions(own_redis) == [1, 2, 3, 4, 5])


def test_more_than_one_batch_is_published_in_order(
    publishing: LedgerProcess, own_redis: RedisServer
) -> None:
    """What gathered while Redis was away comes batch after batch, each once."""
    own_redis.stop()
    account = publishing.system.active_loan()
    for _ in range(BATCH_MAX // 3):
        publishing.system.repay(account, "0.01")
    count = len(publishing.system.entries())
    assert count > BATCH_MAX
    own_redis.start()
    _eventually(lambda: _positions(own_redis) == list(range(1, count + 1)))


def test_a_redis_that_is_away_from_the_start_is_said_and_waited_for(data_dir: Path) -> None:
    """The books open without Redis; the log and the health say what is missing."""
    server = RedisServer(data_dir / "redis", free_port())
    with LedgerProcess(data_dir, redis_url=server.url) as ledger:
        ledger.system.active_loan()
        _eventually(lambda: '"connected": false' in ledger.log.read_text())
        assert not _health(ledger).publisher_connected
        server.start()
        try:
            _eventually(lambda: _positions(server) == [1, 2, 3, 4, 5])
            _eventually(lambda: _health(ledger).publisher_connected)
        finally:
            server.stop()
