"""Our own ledger tells staff whether its events still leave it."""

from pathlib import Path
from typing import Any

import grpc
import pytest
from pymongo.database import Database

from dashboard.actor_tokens import TokenMint, read_key
from dashboard.queries.health import BACK_SOON, HealthWatch
from dashboard.sessions import Sessions, hashed
from embedded.servers import RedisServer
from tests.builders import LedgerProcess
from tests.dashboard.foundation.beats import beat
from tests.ledger import asking
from tests.ports import free_port


@pytest.mark.parametrize("reaches_stream", [True, False])
def test_a_ledger_whose_events_go_nowhere_counts_as_lost(
    reaches_stream: bool,  # noqa: FBT001 - the two rows
    data_dir: Path,
    database: Database[dict[str, Any]],
    sessions: Sessions,
    redis_server: RedisServer,
) -> None:
    """It would take the command, and no screen would ever show it."""
    beat(database)
    redis_url = redis_server.url if reaches_stream else f"redis://127.0.0.1:{free_port()}/0"
    with LedgerProcess(data_dir, redis_url) as ledger:
        ledger.with_staff()
        channel = grpc.insecure_channel(ledger.address, options=BACK_SOON)
        mint = TokenMint(read_key(ledger.keys_dir), sessions.check_alive)
        somebody = ("staff-support", hashed(sessions.start("staff-support")))
        health = HealthWatch(database, channel, mint).look(somebody)
        channel.close()
    assert health.ledger_lost is not reaches_stream
    assert health.label == ("Live · under 1 s" if reaches_stream else "Ledger lost")


def test_a_ledger_that_was_switched_to_read_only_is_not_lost(
    data_dir: Path,
    database: Database[dict[str, Any]],
    sessions: Sessions,
    redis_server: RedisServer,
) -> None:
    """Nothing can be changed, and the sentence says that somebody wanted it so."""
    beat(database)
    with LedgerProcess(data_dir, redis_server.url) as ledger:
        ledger.with_staff()
        asking.set_read_only(ledger.caller("staff-admin"), read_only=True)
        channel = grpc.insecure_channel(ledger.address, options=BACK_SOON)
        mint = TokenMint(read_key(ledger.keys_dir), sessions.check_alive)
        somebody = ("staff-support", hashed(sessions.start("staff-support")))
        health = HealthWatch(database, channel, mint).look(somebody)
        channel.close()
    assert (health.label, health.read_only, health.ledger_lost) == ("Read-only", True, False)
    assert "administrator has switched" in health.sentence
