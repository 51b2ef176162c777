"""Keys and actor tokens for the tests."""

import base64
import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from proto import actor_token
from proto.actor_token import ISSUERS


def make_keys(keys_dir: Path) -> Path:
    """Make the keys of a product: one a token issuer, the ledger's own, and the master key."""
    public = keys_dir / "public"
    public.mkdir(parents=True, exist_ok=True)
    for issuer in (*ISSUERS, "ledger"):
        key = Ed25519PrivateKey.generate()
        private = keys_dir / f"{issuer}.pem"
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        private.chmod(0o600)
        (public / f"{issuer}.pem").write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    master = keys_dir / "master.key"
    master.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
    master.chmod(0o600)
    return keys_dir


def signing_key(keys_dir: Path, issuer: str) -> Ed25519PrivateKey:
    """Read an issuer's private key."""
    key = load_pem_private_key((keys_dir / f"{issuer}.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def token_for(keys_dir: Path, actor_id: str) -> str:
    """Sign a token: `system` by the command line, `projector` by itself, staff by the desk."""
    issuer = {"system": "command-line", "projector": "projector"}.get(actor_id, "desk")
    return actor_token.mint(
        signing_key(keys_dir, issuer),
        issuer=issuer,
        actor_id=actor_id,
        session_id=uuid.uuid4().hex,
        now=datetime.now(UTC),
    )
