"""The actor token: who acts, signed, short-lived, in the metadata of every call.

It proves who somebody is and nothing else; rights and limits are the ledger's own fold
of the staff events. Three issuers may sign, each with a key of its own and each only for
its own kind of actor: the desk for staff, the projector for itself, the command line for
`system`.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

ActorKind = Literal["staff", "service", "system"]

METADATA_KEY: Final = "authorization"
AUDIENCE: Final = "billie-ledger"
LIFETIME_MAX: Final = timedelta(minutes=5)
ALGORITHM: Final = "EdDSA"

ISSUERS: Final[dict[str, ActorKind]] = {
    "desk": "staff",
    "projector": "service",
    "command-line": "system",
}
"""Issuer, which is also the name of its key, to the one kind of actor it may speak for."""

NAMES: Final[dict[ActorKind, str]] = {"service": "projector", "system": "system"}
"""What an actor who is no person is called; nobody may speak in a person's name instead."""


class NotTrusted(Exception):  # noqa: N818 - the reason is the name
    """The token proves nothing; the text says why and holds nothing of the token."""


class Actor(Struct, frozen=True):
    """Who acts: a staff id, or the name of a service; and in which session."""

    actor_id: str
    kind: ActorKind
    session_id: str
    expires_at: int


def mint(
    key: Ed25519PrivateKey,
    *,
    issuer: str,
    actor_id: str,
    session_id: str,
    now: datetime,
    lifetime: timedelta = LIFETIME_MAX,
) -> str:
    """Sign a token for one actor. `lifetime` is cut to five minutes."""
    issued = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": actor_id,
        "sid": session_id,
        "iat": issued,
        "exp": issued + int(min(lifetime, LIFETIME_MAX).total_seconds()),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": issuer})


def verify(token: str, keys: dict[str, Ed25519PublicKey], now: datetime) -> Actor:
    """Check signature, issuer, audience and age. Raises NotTrusted with the reason.

    `keys` maps an issuer to its public key. The age is checked against `now`, not against
    the machine's clock, so that it can be tested.
    """
    try:
        header = jwt.get_unverified_header(token)
        key = keys.get(str(header.get("kid")))
        if key is None:
            raise NotTrusted("the token's issuer is not trusted")
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={
                "require": ["iss", "aud", "sub", "sid", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise NotTrusted(f"the token is not valid: {type(error).__name__}") from None
    return _actor(claims, str(header["kid"]), now)


def _actor(claims: dict[str, object], key_name: str, now: datetime) -> Actor:
    issued, expires = claims["iat"], claims["exp"]
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise NotTrusted("the token's times are not numbers")
    moment = now.astimezone(UTC).timestamp()
    if claims["iss"] != key_name or key_name not in ISSUERS:
        raise NotTrusted("the token was signed by another issuer")
    if expires - issued > LIFETIME_MAX.total_seconds():
        raise NotTrusted("the token lives longer than five minutes")
    if not issued - 30 <= moment < expires:
        raise NotTrusted("the token has expired")
    actor_id, session_id = str(claims["sub"]), str(claims["sid"])
    if not actor_id or not session_id:
        raise NotTrusted("the token names nobody, or no session")
    kind = ISSUERS[key_name]
    if actor_id != NAMES.get(kind, actor_id):
        raise NotTrusted("its issuer may not speak for who is named in the token")
    return Actor(actor_id, kind, session_id, expires)
