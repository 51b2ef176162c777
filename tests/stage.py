"""A whole ring of real processes for one test or one measurement, each of which can be killed."""

import os
import sys
from pathlib import Path
from typing import Final

import grpc
import pymongo
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pymongo.database import Database

from embedded import keys
from embedded.process import Process, spawn, stop
from embedded.servers import MongoServer, RedisServer, wait_until
from tests.ports import free_port

DB_NAME: Final = "billie-servicing"


class Stage:
    """MongoDB, Redis, ledger and projector on free ports, in a folder of their own."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder = folder
        journal = f"sqlite:///{folder / 'ledger' / 'journal.db'}"
        self.database_url = database_url or journal
        self.mongo = MongoServer(folder / "mongo", free_port())
        self.redis = RedisServer(folder / "redis", free_port())
        self.ledger_address = f"127.0.0.1:{free_port()}"
        self.processes: dict[str, Process] = {}
        keys.make_missing(folder / "keys")

    @property
    def environ(self) -> dict[str, str]:
        """The settings that point every room at this stage."""
        return {
            **os.environ,
            "APP_MODE": "demo",
            "DATA_DIR": str(self.folder),
            "KEYS_DIR": str(self.folder / "keys"),
            "MONGODB_URL": self.mongo.url,
            "DB_NAME": DB_NAME,
            "REDIS_URL": self.redis.url,
            "LEDGER_LISTEN": self.ledger_address,
            "LEDGER_SERVICE_URL": self.ledger_address,
            "LEDGER_DATABASE_URL": self.database_url,
        }

    def database(self) -> "Database[dict[str, object]]":
        """The read models, over a connection of the caller's own."""
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
            self.mongo.url, tz_aware=True
        )
        return client[DB_NAME]

    def start(self, *parts: str) -> None:
        """Start parts by name, in the order given, and wait until they answer."""
        for part in parts or ("mongo", "redis", "ledger", "projector"):
            if part == "mongo":
                self.processes[part] = self.mongo.start()
            elif part == "redis":
                self.processes[part] = self.redis.start()
            else:
                self._start_room(part)

    def _start_room(self, room: str) -> None:
        log = self.folder / "logs" / f"{room}.log"
        process = spawn([sys.executable, "-m", room], log, self.environ)
        self.processes[room] = process
        if room == "ledger":
            wait_until(room, self._ledger_serves, process, log)
        if room == "projector":
            wait_until(room, self._projector_lives, process, log)

    def _projector_lives(self) -> bool:
        beat = self.database()["heartbeats"].find_one({"_id": "projector"})
        return beat is not None and beat["processId"] == self.processes["projector"].pid

    def _ledger_serves(self) -> bool:
        with grpc.insecure_channel(self.ledger_address) as channel:
            try:
                check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined] # untyped stubs
                answer = check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def kill(self, part: str) -> None:
        """End a part as a power cut would: no handler runs."""
        self.processes[part].kill()
        self.processes[part].wait()

    def stop(self) -> None:
        """Stop everything, the servers last."""
        for part in ("dashboard", "projector", "ledger", "redis", "mongo"):
            if part in self.processes:
                stop(self.processes[part])
