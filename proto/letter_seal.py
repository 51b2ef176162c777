"""Seals the answer to who opens a dead letter, so that nobody else on the way can read it.

The reader makes an X25519 key pair for one reading and names the public half; the writer
makes another for one answer. Their shared secret gives an AES-256-GCM key by HKDF-SHA256.
Sealed is: the writer's 32 public bytes, a nonce of 12, the ciphertext of the fields.
"""

import os
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_FORMAT: Final = b"billie-letter/1"

_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(dict[bytes, bytes]).decode


class NotReadable(Exception):  # noqa: N818 - what it is
    """It was sealed for somebody else, or changed on the way."""


class Reader:
    """One reading: its key pair lives as long as this does, and nowhere else."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()

    @property
    def key(self) -> bytes:
        """The public half, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def opened(self, bound: bytes, sealed: bytes) -> dict[bytes, bytes]:
        """Give the fields that were sealed for this reading. Raises NotReadable."""
        writer, nonce = sealed[:_KEY_BYTES], sealed[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES]
        try:
            secret = self._private.exchange(X25519PublicKey.from_public_bytes(writer))
            cipher = AESGCM(_derived(secret, writer, self.key))
            return _read(cipher.decrypt(nonce, sealed[_KEY_BYTES + _NONCE_BYTES :], bound))
        except (InvalidTag, ValueError, msgspec.DecodeError) as error:
            raise NotReadable(type(error).__name__) from None


def sealed_for(reader_key: bytes, bound: bytes, fields: Mapping[bytes, bytes]) -> bytes:
    """Seal fields for a reading; `bound` is the id of the event that asked.

    Raises ValueError where the key is none.
    """
    private = X25519PrivateKey.generate()
    secret = private.exchange(X25519PublicKey.from_public_bytes(reader_key))
    writer = private.public_key().public_bytes_raw()
    nonce = os.urandom(_NONCE_BYTES)
    cipher = AESGCM(_derived(secret, writer, reader_key))
    return writer + nonce + cipher.encrypt(nonce, _write(fields), bound)


def _derived(secret: bytes, writer: bytes, reader: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=writer + reader, info=_FORMAT).derive(secret)
