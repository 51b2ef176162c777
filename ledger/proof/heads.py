"""Signed heads: what the tree was at a size, by the ledger's own Ed25519 key.

A retired key goes on to prove what it signed.
"""

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.journal import SignedHead
from ledger.proof import answers
from proto import codec
from proto.proof import PublicKeys, head_flaw, head_statement, key_id, raw_public
from proto.values import Instant

KEYS_FORMAT: Final = "billie-public-keys/1"


class HeadSigner:
    """The ledger's key at work."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key, self._key_id = key, key_id(key.public_key())

    def signed(self, size: int, root: bytes, at: Instant, answers_digest: bytes) -> SignedHead:
        """Sign a tree's head, and seal the answers that were given up to there."""
        statement = head_statement(size, root, str(at), self._key_id)
        return SignedHead(
            size=size,
            root=root,
            signed_at=str(at),
            key_id=self._key_id,
            signature=self._key.sign(statement),
            answers_digest=answers_digest,
            answers_signature=self._key.sign(answers.statement(size, answers_digest, self._key_id)),
        )


def exported(keys: PublicKeys) -> bytes:
    """Write the public keys as the JSON that verifying a receipt takes."""
    listed = [
        {"key_id": each, "public_key": base64.b64encode(raw_public(key)).decode()}
        for each, key in keys.items()
    ]
    return codec.canonical({"format": KEYS_FORMAT, "ledger_keys": listed})


def flaw_of(head: SignedHead, keys: PublicKeys) -> str:
    """Say what is wrong with a head's signatures; empty: nothing."""
    flaw = head_flaw(head.size, head.root, head.signed_at, head.signature, head.key_id, keys)
    return flaw or answers.flaw_of_seal(head, keys)
