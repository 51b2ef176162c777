"""StaffService.EnrolKey: the owner brings the public half of a key for decisions."""

import base64
import hashlib
from typing import ClassVar, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.commands.command import Command, Facts
from ledger.domain.rights import Right
from ledger.domain.staff import SUBJECT_PREFIX, Staff
from ledger.errors import Refusal, Refused
from proto.events import LedgerEvent, StaffKeyEnrolled
from proto.values import Key

PROOF_PREFIX: Final = "billie-enrol/1:"
PUBLIC_KEY_BYTES: Final = 32


class EnrolKey(Command, frozen=True, kw_only=True):
    """Enrol one's own key; `proof` signs the prefix and the owner's staff id."""

    right: ClassVar = Right.ENROL_KEY
    staff_id: Key
    public_key: bytes
    proof: bytes

    @property
    def subject_id(self) -> Key:
        """The owner's own history."""
        return Key(f"{SUBJECT_PREFIX}{self.staff_id}")


def key_id_of(public_key: bytes) -> Key:
    """Name a key by the first 16 hex digits of its SHA-256."""
    return Key(hashlib.sha256(public_key).hexdigest()[:16])


def decide(staff: Staff | None, command: EnrolKey, facts: Facts) -> tuple[LedgerEvent, ...]:
    """Enrol the key of who acts, once they have shown that they hold it."""
    if staff is None:
        raise Refused(Refusal.STAFF_UNKNOWN, "The ledger does not know you as staff.")
    _check_proof(command)
    key_id = key_id_of(command.public_key)
    _check_new(staff, key_id, facts)
    enrolled = StaffKeyEnrolled(
        staff_id=staff.staff_id,
        key_id=key_id,
        public_key=base64.b64encode(command.public_key).decode(),
    )
    return (enrolled,)


def _check_proof(command: EnrolKey) -> None:
    """Refuse a key whose private half the caller does not hold."""
    statement = f"{PROOF_PREFIX}{command.staff_id}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(command.public_key).verify(command.proof, statement)
    except (InvalidSignature, ValueError):
        raise Refused(
            Refusal.BAD_SIGNATURE,
            "The proof was not signed by this key for you. Make a new key and enrol that.",
            field="proof",
        ) from None


def _check_new(staff: Staff, key_id: Key, facts: Facts) -> None:
    """Refuse a second active key, and one that was ever enrolled by anybody."""
    if staff.active_key is not None:
        raise Refused(
            Refusal.KEY_ENROLLED,
            f"You have the key {staff.active_key.key_id} already. An administrator must revoke "
            "it before you enrol another.",
            field="public_key",
        )
    if any(key.key_id == key_id for each in facts.look.staff() for key in each.keys):
        raise Refused(
            Refusal.KEY_ENROLLED,
            "This key was enrolled before. Make a new key and enrol that.",
            field="public_key",
        )
