"""Seals an entry's fields under a customer's key, and opens them again."""

import os
import zlib
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from projector.archive_keys import NONCE_BYTES

WORTH_PACKING_BYTES: Final = 600
"""Of a smaller entry zlib saves too little for its time."""

FASTEST: Final = 1
PLAIN: Final = b"\x00"
PACKED: Final = b"\x01"

_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(dict[bytes, bytes]).decode


def seal(key: AESGCM, bound: bytes, fields: Mapping[bytes, bytes]) -> bytes:
    """Give the fields' ciphertext; it opens only together with the same `bound`."""
    written = _write(fields)
    if len(written) >= WORTH_PACKING_BYTES:
        written = PACKED + zlib.compress(written, FASTEST)
    else:
        written = PLAIN + written
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, written, bound)


def unseal(key: AESGCM, bound: bytes, sealed: bytes) -> dict[bytes, bytes]:
    """Give the fields back. Raises InvalidTag where they were changed or moved."""
    opened = key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    written = opened[1:]
    return _read(zlib.decompress(written) if opened[:1] == PACKED else written)
