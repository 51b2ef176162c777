"""The addresses of the running product, in a file that the command lines and tests read."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from embedded.data_folder import is_held, write_whole
from embedded.process import is_alive
from embedded.settings import Settings

FILE: Final = "running.json"


class NothingRuns(Exception):  # noqa: N818 - the reason is the name
    """No supervisor runs on the data folder; the text says how to start one."""


class Running(Struct, frozen=True, kw_only=True):
    """Where each part answers, and which process it is."""

    mode: str
    started_at: str
    supervisor_pid: int
    data_dir: str
    mongodb_url: str
    db_name: str
    redis_url: str
    ledger_address: str
    dashboard_url: str
    keys_dir: str
    parts: dict[str, int] = {}


def write(running: Running) -> None:
    """Write the file; nobody else may read it, for the addresses open everything."""
    content = msgspec.json.format(msgspec.json.encode(running), indent=2)
    write_whole(Path(running.data_dir) / FILE, content)


def remove(data_dir: Path) -> None:
    """Take the file away; nothing runs any more."""
    (data_dir / FILE).unlink(missing_ok=True)


def read(data_dir: Path) -> Running | None:
    """Read the file; a supervisor that was killed leaves one behind that says nothing.

    Its process id may be another's by now, its hold on the folder cannot be.
    """
    try:
        running = msgspec.json.decode((data_dir / FILE).read_bytes(), type=Running)
    except FileNotFoundError:
        return None
    return running if is_alive(running.supervisor_pid) and is_held(data_dir) else None


class Addresses(Struct, frozen=True, kw_only=True):
    """What a command line needs to reach the product."""

    mongodb_url: str
    db_name: str
    redis_url: str
    ledger_address: str
    keys_dir: Path


def addresses(settings: Settings) -> Addresses:
    """Give the settings' addresses, and those of the running product for the rest.

    Raises NothingRuns where neither says where to go.
    """
    if settings.mongodb_url and settings.redis_url and settings.ledger_url:
        return Addresses(
            mongodb_url=settings.mongodb_url,
            db_name=settings.db_name,
            redis_url=settings.redis_url,
            ledger_address=settings.ledger_url,
            keys_dir=settings.keys_dir,
        )
    running = read(settings.data_dir)
    if running is None:
        raise NothingRuns(
            f"Nothing runs on the data folder {settings.data_dir}: start the product with "
            "make run, or set MONGODB_URL, REDIS_URL and LEDGER_SERVICE_URL."
        )
    return Addresses(
        mongodb_url=settings.mongodb_url or running.mongodb_url,
        db_name=running.db_name,
        redis_url=settings.redis_url or running.redis_url,
        ledger_address=settings.ledger_url or running.ledger_address,
        keys_dir=Path(running.keys_dir),
    )
