"""Keys are made when they are missing, never replaced, and open to nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from embedded import keys
from embedded.settings import BadSetting
from proto.actor_token import ISSUERS, NAMES, mint, verify


def test_every_issuer_gets_a_key_that_its_public_half_verifies(tmp_path: Path) -> None:
    """What an issuer signs is trusted by whoever holds the public halves."""
    keys.make_missing(tmp_path)
    now = datetime(2026, 11, 15, tzinfo=UTC)
    trusted = {}
    for issuer in ISSUERS:
        half = load_pem_public_key((tmp_path / "public" / f"{issuer}.pem").read_bytes())
        assert isinstance(half, Ed25519PublicKey)
        trusted[issuer] = half
    for issuer, kind in ISSUERS.items():
        key = keys.private_key(tmp_path, issuer)
        token = mint(
            key, issuer=issuer, actor_id=NAMES.get(kind, "staff-1"), session_id="one", now=now
        )
        assert verify(token, trusted, now).kind == kind


def test_making_keys_twice_changes_none(tmp_path: Path) -> None:
    """A second start finds its keys; a lost public half is made again from its key."""
    keys.make_missing(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "public" / "desk.pem").unlink()
    assert keys.make_missing(tmp_path) == []
    assert {path: path.read_bytes() for path in before} == before


def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """Neither group nor others can read a key."""
    made = keys.make_missing(tmp_path)
    assert len(made) == len(ISSUERS) + 4
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """It may have been copied: the sentence says what to do."""
    keys.make_missing(tmp_path)
    (tmp_path / "command-line.pem").chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        keys.private_key(tmp_path, "command-line")


def test_a_missing_key_says_how_it_is_made(tmp_path: Path) -> None:
    """The remedy is one command."""
    with pytest.raises(BadSetting, match="python -m embedded keys"):
        keys.private_key(tmp_path, "command-line")
