"""The projector's settings, read once from the environment, typed, refused in plain sentences."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from projector.happening import USUAL_LIMITS, Limits
from proto.codec import PAYLOAD_BYTES_MAX

MEBIBYTE: Final = 1 << 20
START_ALL: Final = "or start everything with `make run`"


class BadSetting(Exception):  # noqa: N818 - it names what is bad, and the remedy
    """A setting is missing or cannot be what it says; the text names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """Where the projector finds what it needs, and its limits."""

    mongodb_url: str
    db_name: str
    redis_url: str
    ledger_address: str
    keys_dir: Path
    archive_keys: Path
    """The file of the customers' keys; several projectors share one."""
    consumer: str
    archive_days: int = 0
    """For how many days events from outside stay in the archive; 0: for ever."""
    tries_max: int = 3
    payload_bytes_max: int = PAYLOAD_BYTES_MAX
    document_bytes_max: int = USUAL_LIMITS.document_bytes_max
    utterances_max: int = USUAL_LIMITS.utterances_max
    notices_max: int = USUAL_LIMITS.notices_max
    batch_entries_max: int = 1_000
    batch_bytes_max: int = 8 * MEBIBYTE
    match_checks_per_second: int = 5
    """How many accounts a second are held against the ledger; 0: none."""
    flood_count: int = 100
    flood_share: float = 0.5
    flood_seconds: float = 60.0
    """A sender of so much poison, of so large a share, within so long is not taken in."""
    flood_quiet_seconds: float = 600.0
    """After so long it is taken in again."""
    metrics_port: int = 0
    """Where figures are told on the loopback; 0: nowhere."""
    stream_keep_seconds: float = 86_400.0
    stream_entries_max: int = 500_000
    """What every group has acknowledged stays in a stream so long, and about so many."""
    stale_seconds: float = 30.0
    """A pending entry or a consumer that was idle for so long is taken over."""

    @property
    def limits(self) -> Limits:
        """How large documents may grow."""
        return Limits(
            utterances_max=self.utterances_max,
            notices_max=self.notices_max,
            document_bytes_max=self.document_bytes_max,
        )

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
            keys_dir=Path(environ.get("KEYS_DIR") or data_dir / "keys").resolve(),
            archive_keys=Path(
                environ.get("ARCHIVE_KEYS") or data_dir / "projector" / "archive-keys.db"
            ).resolve(),
            consumer=f"{platform.node()}-{os.getpid()}",
            archive_days=_count(environ, "ARCHIVE_RETENTION_DAYS", 0, least=0),
            tries_max=_count(environ, "MAX_RETRIES", 3),
            payload_bytes_max=_count(environ, "MAX_PAYLOAD_BYTES", PAYLOAD_BYTES_MAX),
            flood_count=_count(environ, "POISON_FLOOD_COUNT", 100),
            flood_share=_count(environ, "POISON_FLOOD_PERCENT", 50) / 100,
            flood_seconds=_count(environ, "POISON_FLOOD_SECONDS", 60),
            flood_quiet_seconds=_count(environ, "POISON_QUIET_SECONDS", 600),
            stream_keep_seconds=_count(environ, "STREAM_KEEP_HOURS", 24, least=0) * 3_600,
            stream_entries_max=_count(environ, "STREAM_ENTRIES_MAX", 500_000),
            metrics_port=_count(environ, "METRICS_PORT", 0, least=0),
            document_bytes_max=_count(
                environ, "MAX_DOCUMENT_BYTES", USUAL_LIMITS.document_bytes_max
            ),
            utterances_max=_count(environ, "MAX_UTTERANCES", USUAL_LIMITS.utterances_max),
            notices_max=_count(environ, "MAX_NOTICEBOARD_ENTRIES", USUAL_LIMITS.notices_max),
            match_checks_per_second=_count(environ, "MATCH_CHECKS_PER_SECOND", 5, least=0),
        )


def _needed(environ: Mapping[str, str], name: str, what: str) -> str:
    value = environ.get(name)
    if not value:
        raise BadSetting(f"{name} is not set: set it to {what}, {START_ALL}.")
    return value


def _count(environ: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise BadSetting(f"{name} is {text!r}: set it to a whole number, {least} or more.")
    return int(text)
