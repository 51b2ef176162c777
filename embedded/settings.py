"""What the environment says of the one-machine set-up, read once and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self

Mode = Literal["demo", "production"]

MODES: Final[tuple[Mode, ...]] = ("demo", "production")
PORT_MAX: Final = 65_535
DEMO_CUSTOMERS_MIN: Final = 20
"""The portfolio's stories alone have about that many people in them."""


class BadSetting(Exception):  # noqa: N818 - the reason is the name
    """A variable cannot be what was set; the text names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """The set-up of one machine; an address that is None is of a part that we start.

    `mongodb_port` and `redis_port` are None where nobody chose one: then the usual port,
    or the next that is free.
    """

    data_dir: Path
    keys_dir: Path
    mode: Mode
    db_name: str
    mongodb_url: str | None
    redis_url: str | None
    ledger_url: str | None
    ledger_listen: str
    dashboard_port: int
    mongodb_port: int | None
    redis_port: int | None
    demo_seed: int
    demo_customers: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], mode_unset: Mode = "production") -> Self:
        """Read the settings; a variable that is empty counts as not set."""
        data_dir = Path(environ.get("DATA_DIR") or ".data").absolute()
        return cls(
            data_dir=data_dir,
            keys_dir=Path(environ.get("KEYS_DIR") or data_dir / "keys").absolute(),
            mode=_mode(environ, mode_unset),
            db_name=environ.get("DB_NAME") or "billie-servicing",
            mongodb_url=environ.get("MONGODB_URL") or None,
            redis_url=environ.get("REDIS_URL") or None,
            ledger_url=environ.get("LEDGER_SERVICE_URL") or None,
            ledger_listen=_listen(environ),
            dashboard_port=_port(environ, "DASHBOARD_PORT") or 8501,
            mongodb_port=_port(environ, "MONGODB_PORT"),
            redis_port=_port(environ, "REDIS_PORT"),
            demo_seed=_whole(environ, "DEMO_SEED", 42, 0),
            demo_customers=_whole(environ, "DEMO_CUSTOMERS", 1_000, DEMO_CUSTOMERS_MIN),
        )

    @property
    def ledger_address(self) -> str:
        """Where the ledger answers, ours or another."""
        return self.ledger_url or self.ledger_listen

    @property
    def is_all_embedded(self) -> bool:
        """Tell whether all that stores data is started by us."""
        return not (self.mongodb_url or self.redis_url or self.ledger_url)


def _mode(environ: Mapping[str, str], unset: Mode) -> Mode:
    text = environ.get("APP_MODE") or unset
    for mode in MODES:
        if text == mode:
            return mode
    raise BadSetting(f"APP_MODE is {text!r}: set it to demo or production.")


def _listen(environ: Mapping[str, str]) -> str:
    text = environ.get("LEDGER_LISTEN") or "127.0.0.1:50051"
    host, _, port = text.rpartition(":")
    if not host or not _is_port(port):
        raise BadSetting(f"LEDGER_LISTEN is {text!r}: set it to host:port, like 127.0.0.1:50051.")
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= PORT_MAX


def _port(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name) or ""
    if not text:
        return None
    if not _is_port(text):
        raise BadSetting(f"{name} is {text!r}: set it to a port from 1 to {PORT_MAX}.")
    return int(text)


def _whole(environ: Mapping[str, str], name: str, usual: int, least: int) -> int:
    text = environ.get(name) or ""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise BadSetting(f"{name} is {text!r}: set it to a whole number from {least} up.")
    return int(text)
