"""The keys of a set-up: made when they are missing, never replaced.

Each issuer of actor tokens signs with a key of its own; the ledger holds the public
halves, besides the key with which it signs its own heads and the master key that wraps
the keys of sealed texts. The projector has a master key of its own for what it archives.
"""

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from embedded.data_folder import write_whole
from embedded.settings import BadSetting
from proto import search_tokens
from proto.actor_token import ISSUERS

LEDGER: Final = "ledger"
"""The name of the ledger's own key."""
MASTER_KEY: Final = "master.key"
PROJECTOR_MASTER_KEY: Final = "projector-master.key"
MASTER_KEY_BYTES: Final = 32


def make_missing(folder: Path) -> list[Path]:
    """Make every key that is not there and give their paths."""
    public = folder / "public"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    public.mkdir(mode=0o700, exist_ok=True)
    made = []
    for name in (*ISSUERS, LEDGER):
        private = folder / f"{name}.pem"
        if not private.exists():
            write_whole(private, _new_private())
            made.append(private)
        half = public / f"{name}.pem"
        if private in made and name == LEDGER and half.exists():
            half.rename(_retired(half))
        if private in made or not half.exists():
            write_whole(half, _public_half(private))
    for name in (MASTER_KEY, PROJECTOR_MASTER_KEY, search_tokens.KEY_FILE):
        master = folder / name
        if not master.exists():
            write_whole(master, base64.urlsafe_b64encode(secrets.token_bytes(MASTER_KEY_BYTES)))
            made.append(master)
    return made


def private_key(folder: Path, issuer: str) -> Ed25519PrivateKey:
    """Read one issuer's key. Raises BadSetting where it is missing or open to others."""
    path = folder / f"{issuer}.pem"
    remedy = "make it with: python -m embedded keys"
    try:
        if path.stat().st_mode & 0o077:
            raise BadSetting(f"The key {path} can be read by others: run chmod 600 {path}.")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise BadSetting(f"The key {path} cannot be read ({error.strerror}): {remedy}") from None
    except ValueError:
        raise BadSetting(f"{path} holds no key: move it away and {remedy}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"The key {path} is of another kind: move it away and {remedy}")
    return key


def _retired(half: Path) -> Path:
    """Name the public half of a key that is replaced: it goes on to prove what it signed."""
    raw = load_pem_public_key(half.read_bytes()).public_bytes(Encoding.Raw, PublicFormat.Raw)
    return half.with_name(f"{half.stem}-{hashlib.sha256(raw).hexdigest()[:16]}.pem")


def _new_private() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_half(private: Path) -> bytes:
    key = load_pem_private_key(private.read_bytes(), None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
