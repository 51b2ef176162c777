"""Who acts is proven, briefly, by one of three issuers."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proto import actor_token
from proto.actor_token import NotTrusted

NOW = datetime(2025, 11, 15, 9, 0, tzinfo=UTC)
DESK = Ed25519PrivateKey.generate()
PROJECTOR = Ed25519PrivateKey.generate()
KEYS = {"desk": DESK.public_key(), "projector": PROJECTOR.public_key()}


def _token(key: Ed25519PrivateKey = DESK, issuer: str = "desk", actor: str = "staff-1") -> str:
    return actor_token.mint(key, issuer=issuer, actor_id=actor, session_id="s", now=NOW)


def test_the_desk_speaks_for_staff() -> None:
    """A good token gives the actor and the kind of its issuer."""
    actor = actor_token.verify(_token(), KEYS, NOW)
    assert (actor.actor_id, actor.kind, actor.session_id) == ("staff-1", "staff", "s")


def test_nobody_speaks_for_another_kind() -> None:
    """The projector's key cannot name itself the desk."""
    claims = jwt.decode(_token(), options={"verify_signature": False})
    forged = jwt.encode(claims, PROJECTOR, algorithm="EdDSA", headers={"kid": "projector"})
    with pytest.raises(NotTrusted, match="another issuer"):
        actor_token.verify(forged, KEYS, NOW)


def test_a_machine_speaks_for_itself_alone() -> None:
    """No key but the desk's acts in a person's name: the audit trail would name them."""
    for actor in ("staff-1", "system"):
        with pytest.raises(NotTrusted, match="may not speak"):
            actor_token.verify(_token(PROJECTOR, "projector", actor), KEYS, NOW)
    actor_token.verify(_token(PROJECTOR, "projector", "projector"), KEYS, NOW)


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(days=1), timedelta(minutes=-2)])
def test_a_token_lives_five_minutes(age: timedelta) -> None:
    """Expired, or from the future: it proves nothing."""
    with pytest.raises(NotTrusted, match="expired"):
        actor_token.verify(_token(), KEYS, NOW + age)


def test_a_longer_life_is_refused() -> None:
    """Also when the issuer itself signed it."""
    claims = jwt.decode(_token(), options={"verify_signature": False})
    claims["exp"] += 1
    token = jwt.encode(claims, DESK, algorithm="EdDSA", headers={"kid": "desk"})
    with pytest.raises(NotTrusted, match="longer"):
        actor_token.verify(token, KEYS, NOW)


def test_an_unsigned_token_is_refused() -> None:
    """`alg: none` and keys that are not ours prove nothing."""
    claims = jwt.decode(_token(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "desk"})
    stranger = _token(Ed25519PrivateKey.generate())
    for token in (unsigned, stranger, "", "a.b.c"):
        with pytest.raises(NotTrusted):
            actor_token.verify(token, KEYS, NOW)


def test_another_audience_is_refused() -> None:
    """A token for somebody else is no token for the ledger."""
    claims = jwt.decode(_token(), options={"verify_signature": False}) | {"aud": "other"}
    token = jwt.encode(claims, DESK, algorithm="EdDSA", headers={"kid": "desk"})
    with pytest.raises(NotTrusted):
        actor_token.verify(token, KEYS, NOW)
