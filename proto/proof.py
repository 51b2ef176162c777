"""What proves an event: its hash in the chain, its place in the tree, the signed head.

Pure recipes, shared by the ledger that proves and the desk that checks. An entry's hash is
SHA-256 over the canonical header, a line break, and the body byte for byte as stored; a
canonical header holds no line break, so no two entries have one preimage. The tree is that
of RFC 6962 over the 32 bytes of each hash. A key's id is the beginning of the SHA-256 of
its 32 public bytes, so that a key and its id cannot be parted.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypedDict

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proto import codec

FORMAT: Final = "billie-head/1"
KEY_ID_LENGTH: Final = 16

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Key id to key."""
_HEADER: Final = msgspec.json.Encoder(order="deterministic")


class Fields(TypedDict):
    """What an entry of the journal holds besides its hash."""

    actor: str
    position: int
    prev: str
    recorded_at: str
    subject_id: str
    event_type: str
    version: int
    body: bytes


def entry_hash(
    *,
    actor: str,
    position: int,
    prev: str,
    recorded_at: str,
    subject_id: str,
    event_type: str,
    version: int,
    body: bytes,
) -> str:
    """Give the hash that an entry of the journal must bear, in hex."""
    header = _HEADER.encode(
        {
            "actor": actor,
            "position": position,
            "prev": prev,
            "recorded_at": recorded_at,
            "subject_id": subject_id,
            "type": event_type,
            "version": version,
        }
    )
    return hashlib.sha256(header + b"\n" + body).hexdigest()


class ProofFailed(Exception):  # noqa: N818 - the finding is the name
    """The proof does not prove it; the text says why."""


def leaf_hash(data: bytes) -> bytes:
    """Give a leaf's hash."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of a node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf's hash is in a tree. Raises ProofFailed."""
    if not 0 <= index < size:
        raise ProofFailed(f"no leaf {index} in a tree of {size}")
    require_hashes(leaf, *path, root)
    node = leaf
    for is_left, sibling in climb(index, size - 1, path):
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    if node != root:
        raise ProofFailed("the path leads to another root")


def climb(index: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Give each sibling on the way up, and whether it stands on the left (RFC 9162, 2.1.3.2)."""
    for sibling in path:
        if last == 0:
            raise ProofFailed("the path is too long")
        is_left = bool(index & 1) or index == last
        yield is_left, sibling
        while is_left and index and not index & 1:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    if last:
        raise ProofFailed("the path is too short")


def require_hashes(*hashes: bytes) -> None:
    """Refuse what has not a hash's length. Raises ProofFailed."""
    if any(len(each) != hashlib.sha256().digest_size for each in hashes):
        raise ProofFailed("what is no hash proves nothing")


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


def head_flaw(
    size: int, root: bytes, signed_at: str, signature: bytes, signed_by: str, keys: PublicKeys
) -> str:
    """Say what is wrong with a signed head; empty: nothing."""
    key = keys.get(signed_by)
    if key is None:
        return f"the signed head is by the unknown key {signed_by[:64]}"
    try:
        key.verify(signature, head_statement(size, root, signed_at, signed_by))
    except InvalidSignature:
        return "the signature of the signed head is wrong"
    return ""
