"""The desk speaks for staff whose session lives, with its own key, and for nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.actor_tokens import TokenMint, read_key
from dashboard.sessions import SessionEnded, Sessions, hashed
from dashboard.settings import BadSetting
from embedded import keys
from proto.actor_token import verify


def test_a_token_names_the_staff_member_and_the_session(sessions: Sessions) -> None:
    """The ledger learns who acts; what they may is its own business."""
    key = Ed25519PrivateKey.generate()
    session_id = hashed(sessions.start("staff-support"))
    token = TokenMint(key, sessions.check_alive)("staff-support", session_id)
    actor = verify(token, {"desk": key.public_key()}, datetime.now(UTC))
    assert (actor.actor_id, actor.kind, actor.session_id) == ("staff-support", "staff", session_id)


def test_a_token_serves_many_calls(sessions: Sessions) -> None:
    """The ledger verifies each token once and knows it then by its bytes."""
    mint = TokenMint(Ed25519PrivateKey.generate(), sessions.check_alive)
    session_id = hashed(sessions.start("staff-support"))
    assert mint("staff-support", session_id) == mint("staff-support", session_id)


def test_an_ended_session_gets_no_token(sessions: Sessions) -> None:
    """Whatever tab or worker asks: after the sign-out nothing can be changed."""
    mint = TokenMint(Ed25519PrivateKey.generate(), sessions.check_alive)
    session_id = hashed(sessions.start("staff-support"))
    mint("staff-support", session_id)
    sessions.end(session_id)
    with pytest.raises(SessionEnded, match="nothing was sent"):
        mint("staff-support", session_id)


def test_the_desks_key_is_read(tmp_path: Path) -> None:
    """The key that `python -m embedded keys` made is the one that is used."""
    keys.make_missing(tmp_path)
    assert isinstance(read_key(tmp_path), Ed25519PrivateKey)


def test_a_missing_key_is_told_with_the_remedy(tmp_path: Path) -> None:
    """The desk makes no keys of its own."""
    with pytest.raises(BadSetting, match="python -m embedded keys"):
        read_key(tmp_path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Whoever can read it could speak for everybody."""
    keys.make_missing(tmp_path)
    (tmp_path / "desk.pem").chmod(0o640)
    with pytest.raises(BadSetting, match="chmod 600"):
        read_key(tmp_path)
