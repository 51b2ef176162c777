"""Puts a projector together from its settings."""

import base64
import binascii
import contextlib
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pymongo import MongoClient
from pymongo.errors import ConfigurationError, InvalidName
from redis.backoff import NoBackoff
from redis.retry import Retry

from projector.archive import Archive
from projector.archive_keys import KeyStore
from projector.heartbeat import Heartbeat
from projector.ledger_reads import Ledger
from projector.letters import Letters
from projector.loop import Projector
from projector.lost_events import LostEvents
from projector.match_check import MatchCheck
from projector.metrics import Metrics, MetricsServer
from projector.missed_events import MissedEvents
from projector.orphans import app_name
from projector.rebuild import Rebuild
from projector.rebuild_work import Process, RebuildWork
from projector.retention import Retention
from projector.sampling import Sampling
from projector.settings import BadSetting, Settings
from projector.shelf import TIMEZONED
from projector.store import IDLE_SECONDS_MAX, Store
from projector.vitals import Vitals
from proto.documents import RebuildDocument
from proto.search_tokens import KEY_FILE
from proto.values import Instant

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 30
HEARTBEAT_SECONDS: Final = 2
REBUILD_SECONDS: Final = 600
"""An index over millions of documents, or a rename behind a long read, takes its time."""

MASTER_KEY_BYTES: Final = 32


def now() -> Instant:
    """Give the moment; the projector's only clock."""
    return Instant.of(datetime.now(tz=UTC))


@contextlib.contextmanager
def projector(settings: Settings) -> Iterator[tuple[Projector, "Beside"]]:
    """Give a projector and what works beside it; close their connections afterwards."""
    vitals = Vitals(started_at=now())
    metrics, process = Metrics(vitals), Process()
    with contextlib.ExitStack() as stack:
        streams = stack.enter_context(redis_client(settings.redis_url, ANSWER_SECONDS))
        pulse = stack.enter_context(redis_client(settings.redis_url, HEARTBEAT_SECONDS))
        client = stack.enter_context(mongo_client(settings, CONNECT_SECONDS, ANSWER_SECONDS))
        signs = stack.enter_context(mongo_client(settings, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS))
        keys = open_keys(settings)
        stack.callback(keys.close)
        retention = Retention(
            client,
            client.get_database(settings.db_name, codec_options=TIMEZONED),
            days=settings.archive_days,
            clock=now,
        )
        ledger = ledger_reads(settings, stack)
        check = MatchCheck(signs[settings.db_name], ledger_reads(settings, stack), now)
        yield (
            Projector(
                settings,
                streams=streams,
                store=Store(
                    client,
                    settings.db_name,
                    settings.consumer,
                    settings.limits,
                    Archive(keys),
                    retention,
                ),
                letters=open_letters(settings, client, streams, keys),
                missed=MissedEvents(ledger, LostEvents(client[settings.db_name], ledger, vitals)),
                vitals=vitals,
                metrics=metrics,
                clock=now,
            ),
            Beside(
                Heartbeat(signs, settings.db_name, pulse, vitals, now),
                Sampling(check, vitals, settings.match_checks_per_second),
                MetricsServer(settings.metrics_port, metrics, vitals),
                RebuildWork(signs[settings.db_name], vitals, now, process.run),
                process,
            ),
        )


class Beside:
    """What works beside the loop, each in a thread of its own."""

    def __init__(
        self,
        heartbeat: Heartbeat,
        sampling: Sampling,
        metrics: MetricsServer,
        rebuilds: RebuildWork,
        process: Process,
    ) -> None:
        self.heartbeat, self.sampling, self.metrics = heartbeat, sampling, metrics
        self.rebuilds, self._process = rebuilds, process

    def start(self) -> None:
        """Begin. Raises BadSetting where the port of the figures is taken."""
        self.metrics.start()
        self.heartbeat.start()
        self.sampling.start()
        self.rebuilds.start()

    def stop(self) -> None:
        """End; the heartbeat last."""
        self.metrics.stop()
        self.rebuilds.stop()
        self._process.stop()
        self.sampling.stop()
        self.heartbeat.stop()


@contextlib.contextmanager
def match_check(settings: Settings) -> Iterator[MatchCheck]:
    """Give what holds the mirror against the ledger, for the command line."""
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(mongo_client(settings, CONNECT_SECONDS, ANSWER_SECONDS))
        database = client.get_database(settings.db_name, codec_options=TIMEZONED)
        yield MatchCheck(database, ledger_reads(settings, stack), now)


@contextlib.contextmanager
def rebuild(settings: Settings, report: Callable[[RebuildDocument], None]) -> Iterator[Rebuild]:
    """Give a rebuild, for the command line."""
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(mongo_client(settings, CONNECT_SECONDS, REBUILD_SECONDS))
        keys = open_keys(settings)
        stack.callback(keys.close)
        yield Rebuild(
            client,
            settings,
            archive=Archive(keys),
            ledger=ledger_reads(settings, stack),
            clock=now,
            report=report,
        )


def ledger_reads(settings: Settings, stack: contextlib.ExitStack) -> Ledger:
    """Open a connection to the ledger that closes with the rest. Raises BadSetting."""
    ledger = Ledger(settings.ledger_address, read_key(settings.keys_dir / "projector.pem"), now)
    stack.callback(ledger.close)
    return ledger


def open_keys(settings: Settings) -> KeyStore:
    """Open the archive's keys. Raises BadSetting."""
    return KeyStore(
        settings.archive_keys, read_master_key(settings.keys_dir / "projector-master.key")
    )


def redis_client(url: str, answer_seconds: float) -> redis.Redis:
    """Give a client that tries once: to wait and to try again is the loop's to decide."""
    try:
        return redis.Redis.from_url(
            url,
            socket_connect_timeout=HEARTBEAT_SECONDS,
            socket_timeout=answer_seconds,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:  # its text is not repeated: an address may hold a password
        raise BadSetting(
            "REDIS_URL is no address of a Redis: set it to one like redis://127.0.0.1:6379/0."
        ) from None


def mongo_client(
    settings: Settings, wait_seconds: float, answer_seconds: float
) -> MongoClient[dict[str, Any]]:
    """Give a client that tells soon when nobody answers. Raises BadSetting."""
    try:
        client: MongoClient[dict[str, Any]] = MongoClient(
            settings.mongodb_url,
            appname=app_name(settings.consumer),
            serverSelectionTimeoutMS=int(wait_seconds * 1_000),
            connectTimeoutMS=int(wait_seconds * 1_000),
            maxIdleTimeMS=int(IDLE_SECONDS_MAX * 1_000),
            socketTimeoutMS=int(answer_seconds * 1_000),
            tz_aware=True,
            tzinfo=UTC,
        )
        client.get_database(settings.db_name)
    except (ConfigurationError, ValueError):  # nor is this: see above
        raise BadSetting(
            "MONGODB_URL is no address of a MongoDB: set it to one like "
            "mongodb://127.0.0.1:27017/?replicaSet=rs0."
        ) from None
    except InvalidName as error:
        raise BadSetting(f"DB_NAME cannot be a name ({error}): set it to another.") from None
    return client


def open_letters(
    settings: Settings,
    client: MongoClient[dict[str, Any]],
    streams: redis.Redis,
    keys: KeyStore,
) -> Letters:
    """Give the store of dead letters. Raises BadSetting."""
    token_key = read_master_key(settings.keys_dir / KEY_FILE)
    database = client.get_database(settings.db_name, codec_options=TIMEZONED)
    return Letters(database, streams, keys, token_key, now, settings.payload_bytes_max)


@contextlib.contextmanager
def letters(settings: Settings) -> Iterator[Letters]:
    """Give the store of dead letters, for the command line."""
    with contextlib.ExitStack() as stack:
        streams = stack.enter_context(redis_client(settings.redis_url, ANSWER_SECONDS))
        client = stack.enter_context(mongo_client(settings, CONNECT_SECONDS, ANSWER_SECONDS))
        keys = open_keys(settings)
        stack.callback(keys.close)
        yield open_letters(settings, client, streams, keys)


def read_master_key(path: Path) -> bytes:
    """Read a key of 32 bytes in base64. Raises BadSetting with the remedy."""
    try:
        key = base64.urlsafe_b64decode(_private(path).strip())
    except binascii.Error:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise BadSetting(f"{path.name} in KEYS_DIR is not 32 bytes in base64: make it anew.")
    return key


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read the projector's own key. Raises BadSetting with the remedy."""
    try:
        key = load_pem_private_key(_private(path), password=None)
    except ValueError:
        raise BadSetting(f"{path.name} in KEYS_DIR is no private key: make it anew.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"{path.name} in KEYS_DIR is no Ed25519 key: make it anew.")
    return key


def _private(path: Path) -> bytes:
    """Read a file that nobody else may read. Raises BadSetting."""
    if not path.is_file():
        raise BadSetting(
            f"KEYS_DIR holds no {path.name}: run `python -m embedded keys`, or set KEYS_DIR."
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadSetting(f"Others can read {path.name} in KEYS_DIR: run `chmod 600` on it.")
    return path.read_bytes()
