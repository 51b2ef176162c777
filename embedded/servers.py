"""A real mongod and a real redis-server on the loopback, each started and waited for."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pymongo
import redis
from pymongo.errors import PyMongoError

from embedded import binaries
from embedded.ports import is_taken
from embedded.process import Process, spawn, stop

READY_SECONDS_MAX: Final = 120.0
REPLICA_SET: Final = "billie"
LOG_LINES: Final = 3
LOG_BYTES: Final = 16_384

MongoClient = pymongo.MongoClient[dict[str, Any]]


class DidNotStart(Exception):  # noqa: N818 - the reason is the name
    """A part ended, or did not answer in time; the text names its log."""


def end_of(log: Path) -> str:
    """Give the last lines of a log on one line, however long the log is."""
    lines: list[str] = []
    if log.exists():
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOG_BYTES))
            lines = file.read(LOG_BYTES).decode(errors="replace").strip().splitlines()
    return " / ".join(lines[-LOG_LINES:]) or "nothing"


def wait_until(what: str, answers: Callable[[], bool], process: Process, log: Path) -> None:
    """Wait until a part answers. Raises DidNotStart with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        if answers():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise DidNotStart(f"{what} did not start; its log {log} ends with: {end_of(log)}")


class _Server(ABC):
    """A server on the loopback, with its data in a folder and its log beside it."""

    name: ClassVar[str]
    log_name: ClassVar[str]

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder.parent / "logs" / self.log_name
        self.address = f"127.0.0.1:{port}"
        self.process: Process | None = None

    @abstractmethod
    def spawn(self) -> Process:
        """Start it without waiting."""

    @abstractmethod
    def answers(self, process: Process, /) -> bool:
        """Tell whether it does its work."""

    def start(self) -> Process:
        """Start it and wait until it answers."""
        process = self.spawn()
        wait_until(self.name, lambda: self.answers(process), process, self.log)
        return process

    def stop(self) -> None:
        """Stop it cleanly."""
        if self.process is not None:
            stop(self.process)


EVICTION: Final = "eviction_dirty_target=20,eviction_dirty_trigger=40"
"""How much of the cache may be changed before MongoDB writes pages out, in per cent.

Marks fall on any page of theirs. At its default of 5 pages were written out and read in again
all the time: after half a million events that took nearly a whole core.
"""


class MongoServer(_Server):
    """A one-node replica set, so that transactions and change streams work."""

    name = "mongod"
    log_name = "mongod.log"

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"mongodb://{self.address}/?replicaSet={REPLICA_SET}&directConnection=true"

    def spawn(self) -> Process:
        """Start it without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv: list[str | Path] = [binaries.find("mongod"), "--dbpath", self.folder]
        argv += ["--port", str(self.port), "--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET]
        argv += ["--oplogSize", "256", "--wiredTigerCacheSizeGB", "1", "--quiet"]
        argv += ["--wiredTigerEngineConfigString", EVICTION]
        argv += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        argv += ["--nounixsocket"]
        self.process = spawn(argv, self.log)
        return self.process

    def answers(self, _process: Process, /) -> bool:
        """Tell whether it is the writable primary on this port, and help it to become that."""
        if not is_taken(self.port):
            return False
        client = MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=1_000
        )
        with client:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                self._configure(client)
            except PyMongoError:
                return False  # it is still starting: whoever waits asks again, and gives up in time
        return False

    def _configure(self, client: MongoClient) -> None:
        """Make the set on the first start; on another port, move it by force."""
        config: dict[str, object] = {
            "_id": REPLICA_SET,
            "members": [{"_id": 0, "host": self.address}],
        }
        stored = client["local"]["system.replset"].find_one()
        if stored is None:
            client.admin.command("replSetInitiate", config)
        elif [member["host"] for member in stored["members"]] != [self.address]:
            config["version"] = int(stored["version"]) + 1
            client.admin.command("replSetReconfig", config, force=True)


class RedisServer(_Server):
    """A redis-server whose append-only file is on disk before a write is answered."""

    name = "redis-server"
    log_name = "redis.log"

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"redis://{self.address}/0"

    def spawn(self) -> Process:
        """Start it without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv: list[str | Path] = [binaries.find("redis-server"), "--port", str(self.port)]
        argv += ["--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--daemonize", "no"]
        argv += ["--appendonly", "yes", "--appendfsync", "always"]
        self.process = spawn(argv, self.log)
        return self.process

    def answers(self, _process: Process, /) -> bool:
        """Tell whether it has read its file and answers."""
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False  # it is still starting: whoever waits asks again, and gives up in time
