"""The seal over what callers were told: answers stand beside the entries, not under their hashes.

With each group the ledger signs one digest over all answers that were ever kept. So an answer
that was changed, taken away, put in or swapped is found, whether or not it tells of money.
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidSignature

from ledger.journal import Answer, Journal, SignedHead
from proto import codec
from proto.proof import PublicKeys

FORMAT: Final = "billie-answers/1"
ROW_BYTES: Final = 16
_PAGE: Final = 1_000
_LENGTHS: Final = struct.Struct(">QII")


def row_of(answer: Answer) -> bytes:
    """Digest one answer: its place, its key, the request that it is to, and what was told."""
    key = answer.key.encode()
    lengths = _LENGTHS.pack(answer.position, len(key), len(answer.request_hash))
    whole = b"".join((lengths, key, answer.request_hash, answer.response))
    return hashlib.sha256(whole).digest()[:ROW_BYTES]


def extended(digest: bytes, rows: Iterable[bytes]) -> bytes:
    """Give the digest with more answers, in the order of their places."""
    return hashlib.sha256(b"".join((digest, *rows))).digest()


def statement(size: int, digest: bytes, signed_by: str) -> bytes:
    """Give the canonical bytes that are signed."""
    return codec.canonical(
        {"answers": digest.hex(), "format": FORMAT, "key_id": signed_by, "size": size}
    )


def flaw_of_seal(head: SignedHead, keys: PublicKeys) -> str:
    """Say what is wrong with a head's seal; empty: nothing, or a head of older days without one."""
    if not head.answers_digest and not head.answers_signature:
        return ""
    key = keys.get(head.key_id)
    if key is None:
        return f"the seal over the answers is by the unknown key {head.key_id[:64]}"
    try:
        key.verify(head.answers_signature, statement(head.size, head.answers_digest, head.key_id))
    except InvalidSignature:
        return "the signature of the seal over the answers is wrong"
    return ""


def rows_in(journal: Journal) -> list[bytes]:
    """Digest all answers of a journal without seals, in the order of their places."""
    found, key = list[tuple[int, bytes]](), ""
    while answers := journal.answers_after(key, _PAGE):
        found += [(each.position, row_of(each)) for each in answers]
        key = answers[-1].key
    return [row for _, row in sorted(found)]
