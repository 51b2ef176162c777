"""Approvers' keys: opened by their passphrase alone, for one statement, five tries, then a wait."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymongo.database import Database

from dashboard.signing_keys import (
    NO_KEY,
    PROOF_PREFIX,
    WRONG,
    CannotMake,
    CannotSign,
    Locked,
    PublicHalf,
    SigningKeys,
    key_id_of,
)
from proto import documents

ReadModels = Database[dict[str, Any]]

PASSPHRASE = "copper lantern quiet meadow"
WHO = "michael.torres"


@pytest.fixture
def keys(database: ReadModels) -> SigningKeys:
    """The store of keys, empty."""
    return SigningKeys(database)


@pytest.fixture
def made(keys: SigningKeys) -> PublicHalf:
    """Somebody's enrolled key."""
    half = keys.make(WHO, PASSPHRASE)
    keys.note_enrolled(half.key_id)
    return half


def _fail(keys: SigningKeys, times: int) -> None:
    for _ in range(times):
        with pytest.raises(CannotSign, match=WRONG):
            keys.sign(WHO, "not the passphrase at all", b"statement")


def test_a_key_signs_for_its_owner_and_proves_that_it_is_there(
    keys: SigningKeys, made: PublicHalf
) -> None:
    """The public half verifies both; its id follows from it."""
    public = Ed25519PublicKey.from_public_bytes(made.public_key)
    public.verify(made.proof, f"{PROOF_PREFIX}{WHO}".encode())
    signed = keys.sign(WHO, PASSPHRASE, b"statement")
    public.verify(signed.signature, b"statement")
    assert signed.key_id == made.key_id == key_id_of(made.public_key)


def test_a_composed_letter_is_the_same_however_it_was_typed(keys: SigningKeys) -> None:
    """Keyboards differ; the passphrase is the same."""
    half = keys.make(WHO, "caf\u00e9 lantern quiet meadow")
    keys.note_enrolled(half.key_id)
    keys.check(WHO, "cafe\u0301 lantern quiet meadow")


@pytest.mark.parametrize(
    ("passphrase", "missing"),
    [
        ("short words", "15 characters"),
        ("aaaaaaaaaaaaaaaaaaaa", "different characters"),
        (" copper lantern quiet", "space"),
        ("x1y2z3" * 200, "longer"),
        (f"{WHO} is my name today", "staff id"),
    ],
)
def test_a_weak_passphrase_makes_no_key(
    keys: SigningKeys, database: ReadModels, passphrase: str, missing: str
) -> None:
    """The sentence says what is missing."""
    with pytest.raises(CannotMake, match=missing):
        keys.make(WHO, passphrase)
    assert database[documents.SIGNING_KEYS.name].count_documents({}) == 0


def test_what_is_stored_opens_nothing_without_the_passphrase(
    keys: SigningKeys, made: PublicHalf, database: ReadModels
) -> None:
    """No passphrase and no private key in it; moved to another person it does not open."""
    collection = database[documents.SIGNING_KEYS.name]
    stored = collection.find_one({"_id": made.key_id})
    assert stored is not None
    assert PASSPHRASE not in str(stored)
    assert len(base64.b64decode(stored["sealed"])) == 12 + 32 + 16
    collection.update_one({"_id": made.key_id}, {"$set": {"staffId": "another"}})
    with pytest.raises(CannotSign, match=WRONG):
        keys.sign("another", PASSPHRASE, b"statement")


def test_after_five_wrong_passphrases_even_the_right_one_has_to_wait(
    keys: SigningKeys, made: PublicHalf, database: ReadModels
) -> None:
    """The same window as for passwords; after it five new tries count."""
    _fail(keys, 5)
    with pytest.raises(Locked, match="Try again in 15 minutes"):
        keys.sign(WHO, PASSPHRASE, b"statement")
    before = datetime.now(UTC) - timedelta(seconds=1)
    change = {"$set": {"lockedUntil": before, "triedAt": before - timedelta(minutes=15)}}
    database[documents.SIGNING_KEYS.name].update_one({"_id": made.key_id}, change)
    _fail(keys, 4)
    keys.sign(WHO, PASSPHRASE, b"statement")
    _fail(keys, 4)
    keys.sign(WHO, PASSPHRASE, b"statement")


@pytest.mark.usefixtures("made")
def test_many_tries_at_once_are_no_way_around_the_limit(keys: SigningKeys) -> None:
    """A try is counted before it is looked at."""

    def attempt(number: int) -> str:
        try:
            keys.sign(WHO, f"wrong passphrase {number}", b"statement")
        except Locked:
            return "locked"
        except CannotSign:
            return "wrong"
        return "signed"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, range(12)))
    assert results.count("wrong") <= 5
    assert results.count("signed") == 0


def test_without_an_enrolled_key_nothing_is_signed(keys: SigningKeys) -> None:
    """Also while the enrolment is not confirmed; the sentence says what to do."""
    with pytest.raises(CannotSign, match=NO_KEY):
        keys.sign(WHO, PASSPHRASE, b"statement")
    half = keys.make(WHO, PASSPHRASE)
    assert not keys.has_key(WHO)
    with pytest.raises(CannotSign, match=NO_KEY):
        keys.sign(WHO, PASSPHRASE, b"statement")
    assert keys.unfinished(WHO) == half


def test_a_new_key_takes_over_when_it_is_enrolled_and_not_before(
    keys: SigningKeys, made: PublicHalf
) -> None:
    """Whoever forgot the passphrase makes a new key; an unfinished one is replaced."""
    keys.make(WHO, "another lantern quiet meadow")
    second = keys.make(WHO, "silver lantern quiet meadow")
    assert keys.sign(WHO, PASSPHRASE, b"statement").key_id == made.key_id
    assert keys.unfinished(WHO) == second
    keys.note_enrolled(second.key_id)
    assert keys.unfinished(WHO) is None
    assert keys.sign(WHO, "silver lantern quiet meadow", b"x").key_id == second.key_id
    with pytest.raises(CannotSign, match=WRONG):
        keys.sign(WHO, PASSPHRASE, b"statement")
