"""Signed heads: what the tree was at a size, by the ledger's own Ed25519 key.

A key's id is the beginning of the SHA-256 of its 32 public bytes, so that a key and its id
cannot be parted. A retired key goes on to prove what it signed.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.journal import SignedHead
from proto import codec
from proto.values import Instant

FORMAT: Final = "billie-head/1"
KEYS_FORMAT: Final = "billie-public-keys/1"
KEY_ID_LENGTH: Final = 16

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Key id to key."""


def raw_public(key: Ed25519PublicKey) -> bytes:
    """Give a public key's 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """Give a public key's id."""
    return hashlib.sha256(raw_public(key)).hexdigest()[:KEY_ID_LENGTH]


def head_statement(size: int, root: bytes, signed_at: str, signed_by: str) -> bytes:
    """Give the canonical bytes that are signed."""
    return codec.canonical(
        {
            "format": FORMAT,
            "key_id": signed_by,
            "root": root.hex(),
            "signed_at": signed_at,
            "size": size,
        }
    )


class HeadSigner:
    """The ledger's key at work."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key, self._key_id = key, key_id(key.public_key())

    def signed(self, size: int, root: bytes, at: Instant) -> SignedHead:
        """Sign a tree's head."""
        statement = head_statement(size, root, str(at), self._key_id)
        return SignedHead(
            size=size,
            root=root,
            signed_at=str(at),
            key_id=self._key_id,
            signature=self._key.sign(statement),
        )


def exported(keys: PublicKeys) -> bytes:
    """Write the public keys as the JSON that verifying a receipt takes."""
    listed = [
        {"key_id": each, "public_key": base64.b64encode(raw_public(key)).decode()}
        for each, key in keys.items()
    ]
    return codec.canonical({"format": KEYS_FORMAT, "ledger_keys": listed})


def flaw_of(head: SignedHead, keys: PublicKeys) -> str:
    """Say what is wrong with a head's signature; empty: nothing."""
    key = keys.get(head.key_id)
    if key is None:
        return f"the signed head is by the unknown key {head.key_id[:64]}"
    statement = head_statement(head.size, head.root, head.signed_at, head.key_id)
    try:
        key.verify(head.signature, statement)
    except InvalidSignature:
        return "the signature of the signed head is wrong"
    return ""
