"""A real mongod and a real redis-server on the loopback, each started and waited for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pymongo
import redis
from pymongo.errors import PyMongoError

from embedded import binaries
from embedded.process import Process, spawn, stop

READY_SECONDS_MAX: Final = 60.0
REPLICA_SET: Final = "billie"


class DidNotStart(Exception):  # noqa: N818 - the reason is the name
    """A part ended, or did not answer in time; the text names its log."""


def wait_until(what: str, answers: Callable[[], bool], process: Process, log: Path) -> None:
    """Wait until a part answers. Raises DidNotStart with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        if answers():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    last = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
    raise DidNotStart(f"{what} did not start; its log {log} ends with: {' / '.join(last)}")


class MongoServer:
    """A one-node replica set, so that transactions and change streams work."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder.parent / "logs" / "mongod.log"
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}&directConnection=true"

    def start(self) -> Process:
        """Start it and wait until it is the writable primary on this port."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv: list[str | Path] = [binaries.find("mongod"), "--dbpath", self.folder]
        argv += ["--port", str(self.port), "--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET]
        argv += ["--oplogSize", "256", "--wiredTigerCacheSizeGB", "1", "--quiet"]
        argv += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        argv += ["--nounixsocket"]
        self.process = spawn(argv, self.log)
        with self._client() as client:
            wait_until("mongod", lambda: _pings(client), self.process, self.log)
            self._configure(client)
            wait_until("mongod", lambda: _is_primary(client), self.process, self.log)
        return self.process

    def stop(self) -> None:
        """Stop it cleanly."""
        if self.process is not None:
            stop(self.process)

    def _client(self) -> "pymongo.MongoClient[dict[str, object]]":
        return pymongo.MongoClient(
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=1_000
        )

    def _configure(self, client: "pymongo.MongoClient[dict[str, object]]") -> None:
        """Make the set on the first start; on another port, move it by force."""
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        config: dict[str, object] = {"_id": REPLICA_SET, "members": [member]}
        stored = client["local"]["system.replset"].find_one()
        if stored is None:
            client.admin.command("replSetInitiate", config)
        elif str(member["host"]) not in str(stored["members"]):
            config["version"] = int(str(stored["version"])) + 1
            client.admin.command("replSetReconfig", config, force=True)


class RedisServer:
    """A redis-server whose append-only file is on disk before a write is answered."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder.parent / "logs" / "redis.log"
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Process:
        """Start it and wait until it has read its file and answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv: list[str | Path] = [binaries.find("redis-server"), "--port", str(self.port)]
        argv += ["--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--daemonize", "no"]
        argv += ["--appendonly", "yes", "--appendfsync", "always"]
        self.process = spawn(argv, self.log)
        with redis.Redis.from_url(self.url) as client:
            wait_until("redis-server", lambda: _answers(client), self.process, self.log)
        return self.process

    def stop(self) -> None:
        """Stop it cleanly."""
        if self.process is not None:
            stop(self.process)


def _pings(client: "pymongo.MongoClient[dict[str, object]]") -> bool:
    try:
        return bool(client.admin.command("ping")["ok"])
    except PyMongoError:
        return False


def _is_primary(client: "pymongo.MongoClient[dict[str, object]]") -> bool:
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
