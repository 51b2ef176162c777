"""The ledger's settings, read from the environment once, with a clear error."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from ledger.bad_setting import BadSetting
from ledger.domain.rules import DEFAULT_RULES, Rules
from ledger.rules_settings import rules_from
from proto.actor_token import ISSUERS
from proto.proof import key_id

__all__ = ["AppMode", "BadSetting", "Settings"]

AppMode = Literal["demo", "production"]

_MASTER_KEY_BYTES = 32
_MAKE_KEYS = "Run `python -m embedded keys` to make the keys that are missing."
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_PORT_MAX = 65_535
_LEDGER = "ledger"
"""The name of the key with which the ledger signs its heads."""


@dataclass(frozen=True)
class Settings:
    """Where the ledger listens, keeps its journal, finds Redis and the keys."""

    listen: str
    journal_path: Path
    """The SQLite file; its folder holds the text keys also where the journal is elsewhere."""
    redis_url: str
    keys_dir: Path
    app_mode: AppMode
    escrow_path: Path
    rules: Rules = DEFAULT_RULES
    postgres_url: str = field(default="", repr=False)
    """Where the journal is in PostgreSQL; it holds a password."""
    fail_point: str = ""
    """The step at which a test lets the process die; in demo mode alone."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read them; empty is unset. Raises BadSetting."""
        data_dir = Path(environ.get("DATA_DIR") or ".data")
        default_url = f"{_SQLITE}{data_dir / 'ledger' / 'journal.db'}"
        database_url = environ.get("LEDGER_DATABASE_URL") or default_url
        is_postgres = database_url.startswith(_POSTGRES)
        journal_path = _journal_path(default_url if is_postgres else database_url)
        default_escrow = data_dir / "escrow" / "heads.jsonl"
        app_mode = _app_mode(environ.get("APP_MODE") or "production")
        return cls(
            listen=_address(environ.get("LEDGER_LISTEN") or "127.0.0.1:50051"),
            journal_path=journal_path,
            redis_url=_redis_url(environ.get("REDIS_URL") or ""),
            keys_dir=Path(environ.get("KEYS_DIR") or data_dir / "keys"),
            app_mode=app_mode,
            escrow_path=_escrow_path(
                Path(environ.get("LEDGER_ESCROW_FILE") or default_escrow), journal_path
            ),
            rules=rules_from(environ),
            postgres_url=database_url if is_postgres else "",
            fail_point=_fail_point(environ.get("LEDGER_FAIL_POINT") or "", app_mode),
        )

    @property
    def journal_folder(self) -> Path:
        """The folder that one ledger alone may use."""
        return self.journal_path.parent

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Read the public key of every issuer of tokens. Raises BadSetting."""
        return {issuer: self._public_key(issuer) for issuer in ISSUERS}

    def ledger_public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Read every key that the ledger signs or signed heads with, by id. Raises BadSetting."""
        retired = sorted((self.keys_dir / "public").glob(f"{_LEDGER}-*.pem"))
        keys = [self._public_key(path.stem) for path in retired]
        return {key_id(key): key for key in (*keys, self._public_key(_LEDGER))}

    def _public_key(self, name: str) -> Ed25519PublicKey:
        path = self.keys_dir / "public" / f"{name}.pem"
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm):
            raise BadSetting(f"KEYS_DIR: cannot read {path}. {_MAKE_KEYS}") from None
        if not isinstance(key, Ed25519PublicKey):
            raise BadSetting(f"KEYS_DIR: {path} is no Ed25519 key. {_MAKE_KEYS}")
        return key

    @property
    def master_key_path(self) -> Path:
        """The file of the master key."""
        return self.keys_dir / "master.key"

    def master_key(self) -> bytes:
        """Read the key that wraps the customers' text keys. Raises BadSetting."""
        path = self.master_key_path
        try:
            key = base64.urlsafe_b64decode(_private(path).strip())
        except binascii.Error:
            key = b""
        if len(key) != _MASTER_KEY_BYTES:
            raise BadSetting(f"KEYS_DIR: {path} is not 32 bytes in base64. {_MAKE_KEYS}")
        return key

    def command_line_key(self) -> Ed25519PrivateKey:
        """Read the key with which the command line signs. Raises BadSetting."""
        return self._private_key("command-line")

    def ledger_key(self) -> Ed25519PrivateKey:
        """Read the key with which the ledger signs its heads. Raises BadSetting."""
        return self._private_key(_LEDGER)

    def _private_key(self, name: str) -> Ed25519PrivateKey:
        path = self.keys_dir / f"{name}.pem"
        try:
            key = load_pem_private_key(_private(path), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadSetting(
                f"KEYS_DIR: {path} is no key without a password. {_MAKE_KEYS}"
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadSetting(f"KEYS_DIR: {path} is no Ed25519 key. {_MAKE_KEYS}")
        return key


def _private(path: Path) -> bytes:
    """Read a file that nobody else may read."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadSetting(f"KEYS_DIR: others can read {path}. Run `chmod 600 {path}`.")
        return path.read_bytes()
    except OSError:
        raise BadSetting(f"KEYS_DIR: cannot read {path}. {_MAKE_KEYS}") from None


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port[:9]) > _PORT_MAX:
        raise BadSetting("LEDGER_LISTEN must be host:port, for example 127.0.0.1:50051.")
    return text


def _journal_path(url: str) -> Path:
    if not url.startswith(_SQLITE) or len(url) == len(_SQLITE):
        raise BadSetting(
            "LEDGER_DATABASE_URL must be sqlite:///<path of a file>, or "
            "postgresql://<user>:<password>@<host>:<port>/<database>."
        )
    return Path(url.removeprefix(_SQLITE))


def _escrow_path(path: Path, journal_path: Path) -> Path:
    if path.absolute().parent == journal_path.absolute().parent:
        raise BadSetting(
            "LEDGER_ESCROW_FILE must lie in another folder than the journal, in production "
            "on another system."
        )
    return path


def _redis_url(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _fail_point(text: str, app_mode: AppMode) -> str:
    if text and app_mode != "demo":
        raise BadSetting("LEDGER_FAIL_POINT lets the ledger die; unset it, or set APP_MODE=demo.")
    return text


def _app_mode(text: str) -> AppMode:
    if text not in ("demo", "production"):
        raise BadSetting("APP_MODE must be demo or production.")
    return cast("AppMode", text)
