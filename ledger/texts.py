"""Free text about a customer, kept only as ciphertext under a key of that customer's own.

The keys lie in a store apart from the journal, wrapped by the master key. A hash covers
the ciphertext, so destroying a customer's key erases the text and the chain stays valid.
"""

import base64
import os
import sqlite3
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12
_KEYS_CACHED_MAX: Final = 4_096


class TextKeysFailed(Exception):  # noqa: N818 - a fault of the world
    """The store of text keys could not be read or written."""


class WrongMasterKey(Exception):  # noqa: N818 - the finding is the name
    """The keys in the store were wrapped by another master key."""


class TextVault:
    """Seals and opens texts; makes a customer's key when it is first needed."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._lock = Lock()
        self._cached: OrderedDict[str, AESGCM] = OrderedDict()
        self._seen_change = 0
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._store = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
            self._store.execute("PRAGMA journal_mode = WAL")
            self._store.execute("PRAGMA synchronous = FULL")
            self._store.execute(
                "CREATE TABLE IF NOT EXISTS text_keys "
                "(customer_id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"
            )
            known = self._store.execute("SELECT customer_id, wrapped FROM text_keys LIMIT 1")
            self._check_master(known.fetchone())
        except sqlite3.Error as error:
            raise TextKeysFailed(f"the store of text keys: {error}") from None

    def _check_master(self, row: tuple[str, bytes] | None) -> None:
        """Insist on the master key of the first day: under two, half the texts are lost."""
        try:
            if row is not None:
                self._unwrapped(*row)
        except InvalidTag:
            self._store.close()
            raise WrongMasterKey from None

    def seal(self, customer_id: str, name: str, text: str) -> str:
        """Give a text's ciphertext in base64; it opens only under the same name."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._key(customer_id).encrypt(nonce, text.encode(), _bound(customer_id, name))
        return base64.b64encode(nonce + sealed).decode()

    def open(self, customer_id: str, name: str, sealed: str) -> str:
        """Give the text back. Raises InvalidTag when it was sealed for another place."""
        raw = base64.b64decode(sealed)
        key = self._key(customer_id)
        opened = key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(customer_id, name))
        return opened.decode()

    def _key(self, customer_id: str) -> AESGCM:
        with self._lock:
            self._forget_destroyed()
            key = self._cached.get(customer_id)
            if key is None:
                key = AESGCM(self._load_or_make(customer_id))
                self._cached[customer_id] = key
                if len(self._cached) > _KEYS_CACHED_MAX:
                    self._cached.popitem(last=False)
            return key

    def _forget_destroyed(self) -> None:
        """Load all keys again when somebody else changed the store: they may have destroyed one."""
        try:
            (change,) = self._store.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise TextKeysFailed(f"the store of text keys: {error}") from None
        if change != self._seen_change:
            self._cached.clear()
            self._seen_change = change

    def _unwrapped(self, customer_id: str, wrapped: bytes) -> bytes:
        nonce, key = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        return self._master.decrypt(nonce, key, customer_id.encode())

    def _load_or_make(self, customer_id: str) -> bytes:
        try:
            row = self._store.execute(
                "SELECT wrapped FROM text_keys WHERE customer_id = ?", (customer_id,)
            ).fetchone()
            if row is not None:
                return self._unwrapped(customer_id, row[0])
            made = AESGCM.generate_key(256)
            nonce = os.urandom(_NONCE_BYTES)
            wrapped = nonce + self._master.encrypt(nonce, made, customer_id.encode())
            # Durable before the first text that needs it is: a lost key is a lost text.
            self._store.execute("INSERT INTO text_keys VALUES (?, ?)", (customer_id, wrapped))
        except sqlite3.Error as error:
            raise TextKeysFailed(f"the store of text keys: {error}") from None
        return made

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            self._store.close()


def _bound(customer_id: str, name: str) -> bytes:
    return f"{customer_id}\x1f{name}".encode()
