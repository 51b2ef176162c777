"""The chip's words, and when the desk is for reading only."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from pymongo.database import Database

from dashboard.queries.health import BACK_SOON, HealthWatch
from dashboard.sessions import SessionEnded
from tests.dashboard.foundation.beats import beat
from tests.dashboard.foundation.ledger_process import OutsideLedger
from tests.ports import free_port

ReadModels = Database[dict[str, Any]]


def _no_token(_staff_id: str, _session_id: str) -> str:
    raise SessionEnded("nobody is signed in here")


@pytest.fixture
def address() -> str:
    """Where the ledger is, once it is."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def watch(database: ReadModels, address: str) -> Iterator[Callable[[], HealthWatch]]:
    """Make watches that have seen nothing yet."""
    channel = grpc.insecure_channel(address, options=BACK_SOON)
    yield lambda: HealthWatch(database, channel, _no_token)
    channel.close()


def test_all_is_well(database: ReadModels, address: str, watch: Callable[[], HealthWatch]) -> None:
    """Nothing waits: the lag is under a second; on being asked, how long the last event took."""
    beat(database, lag_seconds=0.44)
    with OutsideLedger(address):
        health = watch().look(("staff-support", "a session that has ended"))
    assert (health.label, health.read_only) == ("Live · under 1 s", False)
    assert "shown after 0.4 s" in health.sentence


@pytest.mark.parametrize(
    ("lag_seconds", "waiting_seconds", "label"),
    [
        (30.0, None, "Live · under 1 s"),
        (0.1, 3.2, "Live · 3."),
        (0.1, 12.2, "Behind 12 s"),
        (30.0, 0.2, "Live · under 1 s"),
    ],
)
def test_the_lag_is_the_age_of_the_oldest_that_still_waits(
    database: ReadModels,
    address: str,
    watch: Callable[[], HealthWatch],
    lag_seconds: float,
    waiting_seconds: float | None,
    label: str,
) -> None:
    """The last event's lag says nothing any more when nothing waits behind it."""
    beat(database, lag_seconds=lag_seconds, backlog=40, waiting_seconds=waiting_seconds)
    with OutsideLedger(address):
        health = watch().look()
    assert health.label.startswith(label)
    assert not health.read_only


@pytest.mark.parametrize(
    ("age_seconds", "redis_connected", "sentence"),
    [
        (11, True, "The projector does not answer since"),
        (0, False, "The projector does not reach the event stream since"),
    ],
)
def test_a_lost_projector_makes_the_desk_read_only(
    database: ReadModels,
    address: str,
    watch: Callable[[], HealthWatch],
    age_seconds: float,
    redis_connected: bool,  # noqa: FBT001 - a row of the table above
    sentence: str,
) -> None:
    """No heartbeat for ten seconds, or one without Redis; the sentence names it."""
    beat(database, age_seconds=age_seconds, redis_connected=redis_connected)
    with OutsideLedger(address):
        health = watch().look()
    assert (health.label, health.read_only) == ("Projector lost", True)
    assert health.sentence.startswith(sentence)


def test_a_projector_that_never_was_is_lost(address: str, watch: Callable[[], HealthWatch]) -> None:
    """An empty database is not a healthy one."""
    with OutsideLedger(address):
        assert watch().look().projector_lost


def test_a_lost_ledger_makes_the_desk_read_only(
    database: ReadModels, watch: Callable[[], HealthWatch]
) -> None:
    """The screens stay; nothing can be changed."""
    beat(database)
    health = watch().look()
    assert (health.label, health.read_only) == ("Ledger lost", True)
    assert "Everything can be read; changes are off" in health.sentence


def test_a_ledger_that_is_back_is_seen(
    database: ReadModels, address: str, watch: Callable[[], HealthWatch]
) -> None:
    """Nobody has to restart the desk after the ledger."""
    beat(database)
    assert watch().look().ledger_lost
    with OutsideLedger(address):
        deadline = time.monotonic() + 60
        while watch().look().ledger_lost:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_everybody_shares_one_look(database: ReadModels, watch: Callable[[], HealthWatch]) -> None:
    """Fifty tabs ask the database and the ledger no more often than one."""
    beat(database)
    one = watch()
    assert one.look() is one.look()
