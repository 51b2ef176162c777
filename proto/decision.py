"""What an approver signs: one statement, the same bytes at the desk and in the ledger.

The comment stands in it as a salted hash, so that the statement can be shown to others
for ever while the comment itself can be erased with its customer's key.
"""

import hashlib
from typing import Final, Literal

from proto import codec
from proto.values import Instant

FORMAT: Final = "billie-decision/1"
SALT_BYTES: Final = 16

Decision = Literal["approve", "reject"]


def comment_hash(salt: bytes, comment: str) -> str:
    """Give the hex SHA-256 of the salt followed by the comment in UTF-8."""
    return hashlib.sha256(salt + comment.encode()).hexdigest()


def statement(
    *,
    request_id: str,
    request_hash: str,
    decision: Decision,
    comment_hash: str,
    approver: str,
    account_version: int,
    changes_seen: bool,
    policy: str,
    decided_at: Instant,
) -> bytes:
    """Give the canonical bytes that the approver's Ed25519 key signs.

    `request_hash` is the SHA-256 of the requested command's canonical body, hex.
    `account_version` is the account as the approver saw it; `changes_seen` says that it
    had changed since the request and that they were shown how. `policy` is the rule in
    force for this approver as the ledger's Get told it.
    """
    return codec.canonical(
        {
            "format": FORMAT,
            "request_id": request_id,
            "request_hash": request_hash,
            "decision": decision,
            "comment_hash": comment_hash,
            "approver": approver,
            "account_version": account_version,
            "changes_seen": changes_seen,
            "policy": policy,
            "decided_at": str(decided_at),
        }
    )
