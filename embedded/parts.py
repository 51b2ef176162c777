"""The parts of the one-machine set-up: which there are, where they answer, how they are asked."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embedded import binaries, readiness
from embedded.ports import Ports
from embedded.process import Process, spawn
from embedded.running import Addresses
from embedded.servers import MongoServer, RedisServer
from embedded.settings import Settings

MONGODB_PORT: Final = 27_117
REDIS_PORT: Final = 6_479
LOG_BYTES_MAX: Final = 10_000_000


@dataclass(frozen=True)
class Room:
    """One of our own programs, run as a module of this Python."""

    name: str
    address: str
    log: Path
    environ: Mapping[str, str]
    check: Callable[[Process], bool]

    def spawn(self) -> Process:
        """Start it without waiting."""
        return spawn([sys.executable, "-m", self.name], self.log, self.environ)

    def answers(self, process: Process) -> bool:
        """Tell whether it does its work."""
        return self.check(process)


class SetUp:
    """What runs where: chosen once, before anything is started.

    Raises BadSetting for a port that is taken or named twice, MissingServer for a server that
    cannot run here.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self.settings = settings
        ports = _named_ports(settings)
        self.mongo = None if settings.mongodb_url else _mongo(settings, ports)
        self.redis = None if settings.redis_url else _redis(settings, ports)
        self.versions = {
            server.name: binaries.series(binaries.find(server.name))
            for server in (self.mongo, self.redis)
            if server is not None
        }
        self.addresses = Addresses(
            mongodb_url=settings.mongodb_url or (self.mongo.url if self.mongo else ""),
            db_name=settings.db_name,
            redis_url=settings.redis_url or (self.redis.url if self.redis else ""),
            ledger_address=settings.ledger_address,
            keys_dir=settings.keys_dir,
        )
        self.environ = {**environ, **self._variables()}

    @property
    def dashboard_url(self) -> str:
        """Where a person opens the desk."""
        return f"http://127.0.0.1:{self.settings.dashboard_port}"

    def ledger(self) -> Room | None:
        """The books; None where they are kept elsewhere."""
        if self.settings.ledger_url:
            return None
        address = self.settings.ledger_listen
        return self._room("ledger", address, lambda _: readiness.ledger_serves(address))

    def projector(self) -> Room:
        """The mirror: it works when its heartbeat is there."""
        url, db_name = self.addresses.mongodb_url, self.addresses.db_name
        return self._room(
            "projector",
            "",
            lambda process: readiness.projector_beats(url, db_name, process.pid),
        )

    def dashboard(self) -> Room:
        """The desk: its pages first, and then each part as the desk sees it."""
        port = self.settings.dashboard_port

        def check(_: Process) -> bool:
            return readiness.http_answers(port, "/_stcore/health") and readiness.http_answers(
                port, "/readyz"
            )

        return self._room("dashboard", self.dashboard_url, check)

    def _room(self, name: str, address: str, check: Callable[[Process], bool]) -> Room:
        log = self.settings.data_dir / "logs" / f"{name}.log"
        return Room(name, address, log, self.environ, check)

    def _variables(self) -> dict[str, str]:
        """Tell every room the same, whatever was set and whatever was chosen."""
        return {
            "APP_MODE": self.settings.mode,
            "DATA_DIR": str(self.settings.data_dir),
            "KEYS_DIR": str(self.addresses.keys_dir),
            "MONGODB_URL": self.addresses.mongodb_url,
            "DB_NAME": self.addresses.db_name,
            "REDIS_URL": self.addresses.redis_url,
            "LEDGER_SERVICE_URL": self.addresses.ledger_address,
            "LEDGER_LISTEN": self.settings.ledger_listen,
            "DASHBOARD_PORT": str(self.settings.dashboard_port),
            "PYTHONUNBUFFERED": "1",
        }


def _named_ports(settings: Settings) -> Ports:
    """Take the ports that settings name, before any that is only usual."""
    ports = Ports()
    ports.choose("DASHBOARD_PORT", settings.dashboard_port)
    if not settings.ledger_url:
        host, _, port = settings.ledger_listen.rpartition(":")
        ports.choose("LEDGER_LISTEN", int(port), host)
    if settings.mongodb_port and not settings.mongodb_url:
        ports.choose("MONGODB_PORT", settings.mongodb_port)
    if settings.redis_port and not settings.redis_url:
        ports.choose("REDIS_PORT", settings.redis_port)
    return ports


def _mongo(settings: Settings, ports: Ports) -> MongoServer:
    port = settings.mongodb_port or ports.find("MONGODB_PORT", MONGODB_PORT)
    return MongoServer(settings.data_dir / "mongodb", port)


def _redis(settings: Settings, ports: Ports) -> RedisServer:
    port = settings.redis_port or ports.find("REDIS_PORT", REDIS_PORT)
    return RedisServer(settings.data_dir / "redis", port)


def shorten_logs(folder: Path) -> None:
    """Move long logs aside; the one before is kept."""
    for log in (folder / "logs").glob("*.log"):
        if log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
