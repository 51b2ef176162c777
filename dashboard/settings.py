"""The desk's settings, read once from the environment, typed, refused in plain sentences."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self

from proto import role_limits
from proto.role_limits import RoleLimits

Mode = Literal["demo", "production"]

PORT_MAX: Final = 65_535
LOOPBACK: Final = ("127.0.0.1", "localhost")
HOST_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
START_ALL: Final = "or start everything with `make run`"


class BadSetting(Exception):  # noqa: N818 - it names what is bad, and the remedy
    """A setting is missing or cannot be what it says; the text names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """Where the desk finds what it needs."""

    mongodb_url: str
    db_name: str
    redis_url: str
    ledger_address: str
    dashboard_port: int
    dashboard_hosts: tuple[str, ...]
    data_dir: Path
    keys_dir: Path
    app_mode: Mode
    role_limits: RoleLimits

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; empty is unset. Raises BadSetting."""
        data_dir = Path(environ.get("DATA_DIR") or ".data").resolve()
        return cls(
            mongodb_url=_needed(environ, "MONGODB_URL", "the address of MongoDB"),
            db_name=environ.get("DB_NAME") or "billie-servicing",
            redis_url=_needed(environ, "REDIS_URL", "the address of Redis"),
            ledger_address=environ.get("LEDGER_SERVICE_URL")
            or environ.get("LEDGER_LISTEN")
            or "127.0.0.1:50051",
            dashboard_port=_port(environ.get("DASHBOARD_PORT") or "8501"),
            dashboard_hosts=_hosts(environ.get("DASHBOARD_HOSTS") or ""),
            data_dir=data_dir,
            keys_dir=Path(environ.get("KEYS_DIR") or data_dir / "keys").resolve(),
            app_mode=_mode(environ.get("APP_MODE") or "production"),
            role_limits=_limits(environ.get(role_limits.SETTING, "")),
        )


def _needed(environ: Mapping[str, str], name: str, what: str) -> str:
    value = environ.get(name)
    if not value:
        raise BadSetting(f"{name} is not set: set it to {what}, {START_ALL}.")
    return value


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= PORT_MAX:
        raise BadSetting(f"DASHBOARD_PORT is {text!r}: set it to a port from 1 to {PORT_MAX}.")
    return int(text)


def _hosts(text: str) -> tuple[str, ...]:
    """Read the names under which browsers come; the loopback's are always among them."""
    names = [each.strip().lower() for each in text.split(",") if each.strip()]
    for name in names:
        if not HOST_NAME.fullmatch(name):
            raise BadSetting(
                f"DASHBOARD_HOSTS holds {name!r}: set it to host names without scheme, port or"
                " path, separated by commas, like desk.example.com."
            )
    return (*LOOPBACK, *names)


def _mode(text: str) -> Mode:
    if text == "demo":
        return "demo"
    if text == "production":
        return "production"
    raise BadSetting(f"APP_MODE is {text!r}: set it to demo or production.")


def _limits(text: str) -> RoleLimits:
    try:
        return role_limits.read(text)
    except role_limits.BadAmounts:
        raise BadSetting(f"{role_limits.MUST_BE}: set it to what the ledger has.") from None


@cache
def current() -> Settings:
    """Give the process's settings; `current.cache_clear()` makes a test read them anew."""
    return Settings.from_environment(os.environ)
