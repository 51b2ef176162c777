"""Mints the tokens that tell the ledger who acts, with the desk's own key."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dashboard.settings import BadSetting
from proto import actor_token

ISSUER: Final = "desk"
RENEW_BEFORE_END: Final = timedelta(seconds=60)
"""A token is not handed out when a call that takes its full deadline could outlive it."""

GROUP_OR_OTHERS: Final = 0o077
REMEDY: Final = "make the keys with `python -m embedded keys`"


def read_key(keys_dir: Path) -> Ed25519PrivateKey:
    """Read the desk's private key. Raises BadSetting when it is missing or open to others."""
    path = keys_dir / f"{ISSUER}.pem"
    if not path.is_file():
        raise BadSetting(f"KEYS_DIR holds no {path.name}: {REMEDY}, or set KEYS_DIR.")
    if path.stat().st_mode & GROUP_OR_OTHERS:
        raise BadSetting(f"{path} can be read by others: run `chmod 600` on it.")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise BadSetting(f"{path} is not a private key in PEM: {REMEDY}.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"{path} is not an Ed25519 key: {REMEDY}.")
    return key


class TokenMint:
    """Mints a token per staff member and session, and hands it out until shortly before its end.

    Every call asks first whether the session still lives, so that a revoked session can
    change nothing, from whichever tab or worker the call comes.
    """

    def __init__(self, key: Ed25519PrivateKey, check_alive: Callable[[str], None]) -> None:
        self._key, self._check_alive = key, check_alive
        self._minted: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def __call__(self, staff_id: str, session_id: str) -> str:
        """Give a token that is good for at least a minute. Raises SessionEnded."""
        self._check_alive(session_id)
        now = datetime.now(UTC)
        with self._lock:
            token, renew_at = self._minted.get((staff_id, session_id), ("", now))
            if renew_at <= now:
                token = actor_token.mint(
                    self._key, issuer=ISSUER, actor_id=staff_id, session_id=session_id, now=now
                )
                self._forget_old(now)
                renew_at = now + actor_token.LIFETIME_MAX - RENEW_BEFORE_END
                self._minted[staff_id, session_id] = token, renew_at
        return token

    def _forget_old(self, now: datetime) -> None:
        self._minted = {who: each for who, each in self._minted.items() if each[1] > now}
