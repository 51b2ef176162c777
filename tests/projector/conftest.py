"""A projector in the test's own process, on real servers."""

import base64
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pymongo.database import Database

from embedded.servers import MongoServer, RedisServer
from projector import assembly
from projector.heartbeat import unread
from projector.loop import Projector
from projector.settings import Settings
from projector.stream import GROUP, STREAMS
from tests.builders import LedgerProcess
from tests.loan_requests import open_loan_request
from tests.ports import free_port
from tests.projector.feed import Feed
from tests.projector.mirror import Mirror

DRAIN_SECONDS_MAX = 120.0
MASTER_KEYS = ("projector-master.key", "search-tokens.key")


@pytest.fixture
def keys_dir(data_dir: Path) -> Path:
    """A folder with the projector's own key."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700)
    path = folder / "projector.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(pem)
    for name in MASTER_KEYS:
        master = folder / name
        master.touch(mode=0o600)
        master.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
    return folder


@pytest.fixture
def mirror(database: Database[dict[str, Any]]) -> Mirror:
    """The read models, as the desk reads them."""
    return Mirror(database)


@pytest.fixture
def feed(streams: redis.Redis) -> Feed:
    """What publishes onto the streams."""
    return Feed(streams)


@pytest.fixture
def settings(
    database: Database[dict[str, Any]],
    mongo_server: MongoServer,
    redis_server: RedisServer,
    keys_dir: Path,
) -> Settings:
    """The settings of a projector; nobody is there as the ledger."""
    return Settings(
        mongodb_url=mongo_server.url,
        db_name=database.name,
        redis_url=redis_server.url,
        ledger_address=f"127.0.0.1:{free_port()}",
        keys_dir=keys_dir,
        archive_keys=keys_dir.parent / "archive-keys.db",
        consumer="test-consumer",
        stale_seconds=0.2,
    )


class Drain:
    """Lets a projector work until both streams are read and nothing waits for it."""

    def __init__(self, projector: Projector, streams: redis.Redis) -> None:
        self.projector, self._streams = projector, streams

    def __call__(self) -> None:
        """Work until nothing is left; a failing entry is left until it is a dead letter."""
        self.until(lambda: self.left() == 0)

    def until(self, is_done: Callable[[], bool]) -> None:
        """Work until something is so and a round brings nothing new."""
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while time.monotonic() < deadline:
            handled = self.projector.turn(20)
            if not handled and is_done():
                return
        pytest.fail("the projector did not come to an end")

    def left(self) -> int:
        """Count the entries that are not read, or read and not acknowledged."""
        pending = sum(int(self._streams.xpending(each, GROUP)["pending"]) for each in STREAMS)
        return pending + sum(unread(self._streams, each) for each in STREAMS)


Start = Callable[[Settings], AbstractContextManager[Drain]]


@pytest.fixture
def start(streams: redis.Redis) -> Start:
    """Start a projector with given settings."""

    @contextmanager
    def started(settings: Settings) -> Iterator[Drain]:
        with assembly.projector(settings) as (projector, _):
            yield Drain(projector, streams)
            projector.stop()
            projector.run()

    return started


@pytest.fixture
def drain(settings: Settings, start: Start) -> Iterator[Drain]:
    """A started projector: calling it brings everything from the streams to MongoDB."""
    with start(settings) as each:
        yield each


@pytest.fixture(scope="module")
def real_ledger(
    tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer
) -> Iterator[LedgerProcess]:
    """A real ledger that publishes onto the run's Redis, with a few accounts of its own.

    A test that empties Redis gets everything published again; so that other modules do
    not, it ends with its own.
    """
    with LedgerProcess(tmp_path_factory.mktemp("books"), redis_server.url) as ledger:
        for number in range(3):
            account_id = ledger.system.active_loan(
                open_loan_request(account_id=f"OUR-{number}", customer_id=f"CUS-{number}")
            )
            ledger.system.repay(account_id, "20.00")
        ledger.system.late_fee("OUR-0")
        ledger.system.open_loan(open_loan_request(account_id="OUR-NEW"))
        yield ledger


@pytest.fixture
def beside_ledger(settings: Settings, real_ledger: LedgerProcess) -> Settings:
    """The settings of a projector whose ledger is really there."""
    for name in MASTER_KEYS:
        own = real_ledger.keys_dir / name
        own.touch(mode=0o600)
        own.write_bytes((settings.keys_dir / name).read_bytes())
    return replace(settings, keys_dir=real_ledger.keys_dir, ledger_address=real_ledger.address)
