"""Approvers' keys: made at the desk, sealed with a passphrase, opened for one decision.

The passphrase goes through scrypt and opens an AES-GCM seal around the Ed25519 key; neither
is kept. Wrong passphrases are counted and locked out as passwords are. Whoever forgets the
passphrase has the key revoked by an administrator and enrols a new one: nothing opens the
old one, and what it signed stays valid.
"""

import base64
import hashlib
import os
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from msgspec import Struct
from pymongo import ReturnDocument
from pymongo.database import Database

from proto import documents
from proto.codec import from_mongo, to_mongo
from proto.documents import SigningKeyDocument
from proto.values import Instant, Key

FAILURES_MAX: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
LENGTH_MIN: Final = 15
DIFFERENT_MIN: Final = 8
BYTES_MAX: Final = 1_024

WORK_FACTOR: Final = 1 << 15
"""Of scrypt, with blocks of 8: 32 MB and about a tenth of a second a try."""
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
PROOF_PREFIX: Final = "billie-enrol/1:"
"""What the new key signs, with its owner's staff id after it, as proof of possession."""

WRONG: Final = "The passphrase is not right."
NO_KEY: Final = "You have no signing key yet. Make one in your settings, then decide."


class CannotSign(Exception):  # noqa: N818 - the sentence is shown
    """Nothing was signed; the text says why and what to do."""


class Locked(CannotSign):
    """Too many wrong passphrases; `until` says when the next try counts."""

    def __init__(self, until: datetime) -> None:
        minutes = max(1, -(-int((until - datetime.now(UTC)).total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many wrong passphrases. Try again in {minutes} {unit}.")
        self.until = until


class CannotMake(Exception):  # noqa: N818 - the sentence is shown
    """The passphrase is too weak for a key; the text says what is missing."""


class PublicHalf(Struct, frozen=True):
    """What the ledger is told about a key."""

    key_id: str
    public_key: bytes
    proof: bytes


class Signed(Struct, frozen=True):
    """A signature, and the key that made it."""

    key_id: str
    signature: bytes


@dataclass(frozen=True)
class SigningKeys:
    """The sealed keys in `desk-signing-keys`, written by the desk alone."""

    database: Database[dict[str, Any]]

    def make(self, staff_id: str, passphrase: str) -> PublicHalf:
        """Make and seal a key that is to be enrolled. Raises CannotMake.

        It signs nothing before `note_enrolled`; a key that is in use stays so until then.
        """
        _check_strength(passphrase, staff_id)
        key, salt, nonce = Ed25519PrivateKey.generate(), os.urandom(SALT_BYTES), _nonce()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key_id = key_id_of(public)
        raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        seal = _seal_of(passphrase, salt)
        proof = key.sign(f"{PROOF_PREFIX}{staff_id}".encode())
        document = SigningKeyDocument(
            staff_id=Key(staff_id),
            public_key=_text(public),
            proof=_text(proof),
            salt=_text(salt),
            work_factor=WORK_FACTOR,
            sealed=_text(nonce + seal.encrypt(nonce, raw, _bound(staff_id, key_id))),
            created_at=Instant.of(datetime.now(UTC)),
        )
        self._collection.delete_many({"staffId": staff_id, "enrolledAt": None})
        self._collection.insert_one({"_id": key_id, **to_mongo(document)})
        return PublicHalf(key_id, public, proof)

    def unfinished(self, staff_id: str) -> PublicHalf | None:
        """Give a key whose enrolment was begun and never confirmed: enrol it once more."""
        stored = self._collection.find_one({"staffId": staff_id, "enrolledAt": None})
        if stored is None:
            return None
        found = from_mongo(SigningKeyDocument, stored)
        return PublicHalf(str(stored["_id"]), _bytes(found.public_key), _bytes(found.proof))

    def note_enrolled(self, key_id: str) -> None:
        """The ledger has taken the key: from now on it is the one that signs."""
        change = {"$set": {"enrolledAt": datetime.now(UTC)}}
        self._collection.update_one({"_id": key_id, "enrolledAt": None}, change)

    def give_up(self, key_id: str) -> None:
        """Forget a key that the ledger will never take; one that it took stays."""
        self._collection.delete_one({"_id": key_id, "enrolledAt": None})

    def has_key(self, staff_id: str) -> bool:
        """Whether somebody has a key that the ledger took; it may have been revoked since."""
        return self._newest(staff_id) is not None

    def current(self, staff_id: str) -> str | None:
        """Give the id of the key that signs for somebody, as far as the desk knows."""
        return self._newest(staff_id)

    def check(self, staff_id: str, passphrase: str) -> None:
        """Check a passphrase, counting the try. Raises CannotSign."""
        self._opened(staff_id, passphrase)

    def sign(self, staff_id: str, passphrase: str, statement: bytes) -> Signed:
        """Open somebody's key for this one statement. Raises CannotSign."""
        key_id, key = self._opened(staff_id, passphrase)
        return Signed(key_id, key.sign(statement))

    # ---------------------------------------------------------------- inside

    @property
    def _collection(self) -> Any:  # noqa: ANN401 - pymongo's collection is generic in its document
        return self.database[documents.SIGNING_KEYS.name]

    def _newest(self, staff_id: str) -> str | None:
        """Give the id of the key that was enrolled last."""
        enrolled = {"staffId": staff_id, "enrolledAt": {"$ne": None}}
        stored = self._collection.find_one(enrolled, {"_id": 1}, sort=[("enrolledAt", -1)])
        return None if stored is None else str(stored["_id"])

    def _opened(self, staff_id: str, passphrase: str) -> tuple[str, Ed25519PrivateKey]:
        """Open the key. A try is counted before the passphrase is looked at."""
        key_id = self._newest(staff_id)
        if key_id is None:
            raise CannotSign(NO_KEY)
        found = self._count_try(key_id)
        sealed, seal = _bytes(found.sealed), _seal_of(passphrase, _bytes(found.salt))
        try:
            nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            raw = seal.decrypt(nonce, ciphertext, _bound(staff_id, key_id))
        except InvalidTag:
            if found.failures >= FAILURES_MAX:
                until = datetime.now(UTC) + LOCKED_FOR
                self._collection.update_one({"_id": key_id}, {"$set": {"lockedUntil": until}})
            raise CannotSign(WRONG) from None
        forgiven = {"$set": {"failures": 0, "lockedUntil": None}}
        self._collection.update_one({"_id": key_id}, forgiven)
        return key_id, Ed25519PrivateKey.from_private_bytes(raw)

    def _count_try(self, key_id: str) -> SigningKeyDocument:
        """Count this try, many at once too. Raises Locked."""
        now = datetime.now(UTC)
        stored = self._collection.find_one_and_update(
            {"_id": key_id, "lockedUntil": {"$not": {"$gt": now}}},
            [_one_more_failure(now)],
            return_document=ReturnDocument.AFTER,
        ) or self._collection.find_one({"_id": key_id})
        found = from_mongo(SigningKeyDocument, stored)
        if found.locked_until and found.locked_until > now:
            raise Locked(found.locked_until)
        if found.failures > FAILURES_MAX:
            raise Locked(now + LOCKED_FOR)
        return found


def key_id_of(public_key: bytes) -> str:
    """Name a key: the beginning of the SHA-256 of its 32 public bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _one_more_failure(now: datetime) -> dict[str, Any]:
    """Build the update that counts on, or from one again when the last try is long ago."""
    counted = {"$add": [{"$ifNull": ["$failures", 0]}, 1]}
    fresh = {"$gt": ["$triedAt", now - LOCKED_FOR]}
    return {"$set": {"failures": {"$cond": [fresh, counted, 1]}, "triedAt": now}}


def _seal_of(passphrase: str, salt: bytes) -> AESGCM:
    """Derive the seal; one spelling of each character, however the keyboard composed it."""
    typed = unicodedata.normalize("NFC", passphrase).encode()[:BYTES_MAX]
    return AESGCM(Scrypt(salt=salt, length=32, n=WORK_FACTOR, r=8, p=1).derive(typed))


def _check_strength(passphrase: str, staff_id: str) -> None:
    typed = unicodedata.normalize("NFC", passphrase)
    if typed != typed.strip():
        raise CannotMake("The passphrase begins or ends with a space. Leave that space out.")
    if len(typed) < LENGTH_MIN:
        raise CannotMake(
            f"The passphrase needs at least {LENGTH_MIN} characters: four random words will do."
        )
    if len(typed.encode()) > BYTES_MAX:
        raise CannotMake(f"The passphrase is longer than {BYTES_MAX} bytes. Choose a shorter one.")
    if len(set(typed.casefold())) < DIFFERENT_MIN:
        raise CannotMake(
            f"The passphrase needs at least {DIFFERENT_MIN} different characters: choose one "
            "with less repetition."
        )
    if staff_id.casefold() in typed.casefold():
        raise CannotMake("The passphrase holds your own staff id. Choose one without it.")


def _nonce() -> bytes:
    return os.urandom(NONCE_BYTES)


def _bound(staff_id: str, key_id: str) -> bytes:
    """Tie the seal to its place: moved to another person or key it does not open."""
    return f"{staff_id}\x1f{key_id}".encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
