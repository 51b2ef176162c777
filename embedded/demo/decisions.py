"""Asks for the demo's approvals and decides them, as the desk does: signed, by somebody else.

The approver's key is made of the desk's own, so that a load that was interrupted goes on
with the same one; it is revoked when all is decided.
"""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from embedded import keys
from embedded.demo.bad_debts import ASKED_BY, DECIDED_BY, Asked
from embedded.demo.books import DESK, Books
from embedded.demo.staff import SIGN_INS
from embedded.running import Addresses
from proto import decision
from proto import servicing_pb2 as servicing
from proto.values import Instant

PENDING: Final = "pending"
KEY_LABEL: Final = b"billie-demo-approver/1:"
ENROL_PREFIX: Final = "billie-enrol/1:"
ADMINISTRATOR: Final = SIGN_INS[-1].staff_id


async def ask_and_decide(addresses: Addresses, asked: tuple[Asked, ...], seed: int) -> None:
    """Bring every request to its end; one that has ended stays as it is.

    Raises BooksSaidNo.
    """
    key = _key(addresses.keys_dir)
    address, folder = addresses.ledger_address, addresses.keys_dir
    async with Books(address, folder, ASKED_BY) as asks, Books(address, folder, DECIDED_BY) as ends:
        key_id = ""
        for each in asked:
            request_id = await _ask(asks, each)
            now = cast(
                "servicing.ApprovalResponse",
                await ends.send(servicing.GetApprovalRequest(request_id=request_id)),
            )
            if now.status != PENDING:
                continue
            if not each.is_approved:
                await asks.send(
                    servicing.CancelApprovalRequest(
                        request_id=request_id, idempotency_key=f"{each.key}-cancel"
                    )
                )
                continue
            key_id = key_id or await _enrol(ends, key, seed)
            await ends.send(_approval(now, each, key, key_id))
    if key_id:
        await _revoke(addresses, key_id, seed)


def _key(keys_dir: Path) -> Ed25519PrivateKey:
    desk = keys.private_key(keys_dir, DESK).private_bytes_raw()
    seed = hashlib.sha256(KEY_LABEL + DECIDED_BY.encode() + desk).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


async def _ask(books: Books, asked: Asked) -> str:
    answer = await books.send(
        servicing.RequestApprovalRequest(
            command=asked.command,
            reason=asked.reason,
            reason_code=asked.reason_code,
            priority="normal",
            idempotency_key=f"{asked.key}-ask",
        )
    )
    return cast("servicing.ApprovalResponse", answer).request_id


async def _enrol(books: Books, key: Ed25519PrivateKey, seed: int) -> str:
    public = key.public_key().public_bytes_raw()
    await books.send(
        servicing.EnrolKeyRequest(
            public_key=public,
            proof=key.sign(f"{ENROL_PREFIX}{DECIDED_BY}".encode()),
            idempotency_key=f"demo-{seed}-enrol-{DECIDED_BY}",
        )
    )
    return hashlib.sha256(public).hexdigest()[:16]


async def _revoke(addresses: Addresses, key_id: str, seed: int) -> None:
    async with Books(addresses.ledger_address, addresses.keys_dir, ADMINISTRATOR) as books:
        await books.send(
            servicing.RevokeKeyRequest(
                staff_id=DECIDED_BY,
                key_id=key_id,
                reason="It served to load the demo; a new one is made at the desk.",
                idempotency_key=f"demo-{seed}-revoke-{DECIDED_BY}",
            )
        )


def _approval(
    now: servicing.ApprovalResponse, asked: Asked, key: Ed25519PrivateKey, key_id: str
) -> servicing.DecideApprovalRequest:
    salt, at = os.urandom(decision.SALT_BYTES), Instant.of(datetime.now(UTC))
    signed = decision.statement(
        request_id=now.request_id,
        request_hash=now.request_hash,
        decision="approve",
        comment_hash=decision.comment_hash(salt, asked.comment),
        approver=DECIDED_BY,
        account_version=now.account_version,
        changes_seen=bool(now.differences),
        policy=now.policy,
        decided_at=at,
    )
    return servicing.DecideApprovalRequest(
        request_id=now.request_id,
        comment=asked.comment,
        idempotency_key=f"{asked.key}-approve",
        expected_version=now.request_version,
        signature=key.sign(signed),
        key_id=key_id,
        decided_at=str(at),
        comment_salt=salt,
        account_version=now.account_version,
        changes_seen=bool(now.differences),
        policy=now.policy,
    )
