"""The keys under which outside events and dead letters are kept, one for each customer.

They lie in a file apart from the data, wrapped by the projector's master key: to destroy
a customer's key is to erase what was kept of them, wherever copies of it are. The file keeps
whose keys were destroyed; a key that is just not there tells of a wrong file.
"""

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from projector.settings import BadSetting

NONCE_BYTES: Final = 12
CACHED_MAX: Final = 100_000
BUSY_SECONDS: Final = 10.0
GENERAL: Final = ""
"""The name of the key for what no customer is known of."""


class KeysUnavailable(Exception):  # noqa: N818 - the state of the world, not of an event
    """The store of keys cannot be read or written now."""


class KeyMissing(KeysUnavailable):
    """A key that was made and not destroyed is not in the file: it is another, or an older copy."""


_TABLES: Final = """
CREATE TABLE IF NOT EXISTS keys
    (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS destroyed (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS destroyed_are_kept AFTER DELETE ON keys
    BEGIN INSERT OR IGNORE INTO destroyed VALUES (OLD.name); END;
"""


class KeyStore:
    """Makes a key when it is first needed; several projectors may share the file."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._lock = Lock()
        self._cached: OrderedDict[str, AESGCM] = OrderedDict()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._store = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
            )
            self._store.execute("PRAGMA journal_mode = WAL")
            self._store.execute("PRAGMA synchronous = FULL")
            self._store.executescript(_TABLES)
            one = self._store.execute("SELECT name, wrapped FROM keys LIMIT 1").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise BadSetting(
                f"ARCHIVE_KEYS: {path} cannot be used ({error}): set it to a file that this "
                "part may write."
            ) from None
        self._seen_change = 0
        self._check_master(path, one)

    def _check_master(self, path: Path, one: tuple[str, bytes] | None) -> None:
        """Insist on the master key of the first day: under two, half the events are lost."""
        try:
            if one is not None:
                self._unwrapped(*one)
        except InvalidTag:
            self._store.close()
            raise BadSetting(
                f"ARCHIVE_KEYS: {path} was made with another master key: put the right one "
                "into KEYS_DIR."
            ) from None

    def keys(self, names: Iterable[str]) -> dict[str, AESGCM]:
        """Give a key for each name; new ones are durable before anything is kept under them.

        Raises KeysUnavailable.
        """
        with self._lock:
            self._forget_destroyed()
            wanted = set(names)
            missing = sorted(name for name in wanted if name not in self._cached)
            if missing:
                self._make(missing)
            found = {name: self._cached[name] for name in wanted}
            while len(self._cached) > CACHED_MAX:
                self._cached.popitem(last=False)
            return found

    def key(self, name: str) -> AESGCM | None:
        """Give the key for a name, None where it was destroyed.

        Raises KeysUnavailable; of these KeyMissing where the file never had it.
        """
        with self._lock:
            self._forget_destroyed()
            if name in self._cached:
                return self._cached[name]
            try:
                self._load([name])
                if name not in self._cached and not self._is_destroyed(name):
                    raise KeyMissing(f"it has no key for {name or 'what is of no customer'}")
            except sqlite3.Error as error:
                raise KeysUnavailable(type(error).__name__) from None
            return self._cached.get(name)

    def was_destroyed(self, name: str) -> bool:
        """Tell whether a key of the name was destroyed, also where a later one was made.

        Raises KeysUnavailable.
        """
        with self._lock:
            try:
                return self._is_destroyed(name)
            except sqlite3.Error as error:
                raise KeysUnavailable(type(error).__name__) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._store.close()

    def _is_destroyed(self, name: str) -> bool:
        destroyed = self._store.execute("SELECT 1 FROM destroyed WHERE name = ?", (name,))
        return destroyed.fetchone() is not None

    def _forget_destroyed(self) -> None:
        """Let go of keys that somebody destroyed since we looked; the file tells if it moved."""
        try:
            (change,) = self._store.execute("PRAGMA data_version").fetchone()
            if change == self._seen_change:
                return
            for (name,) in self._store.execute("SELECT name FROM destroyed"):
                self._cached.pop(name, None)
        except sqlite3.Error as error:
            raise KeysUnavailable(type(error).__name__) from None
        self._seen_change = change

    def _make(self, names: list[str]) -> None:
        """Load the keys; those that nobody made yet are made in one durable step."""
        try:
            self._load(names)
            missing = [name for name in names if name not in self._cached]
            if not missing:
                return
            self._store.execute("BEGIN IMMEDIATE")
            try:
                self._store.executemany(
                    "INSERT OR IGNORE INTO keys VALUES (?, ?)",
                    [(name, self._wrapped(name)) for name in missing],
                )
                self._store.execute("COMMIT")
            except BaseException:
                self._store.execute("ROLLBACK")
                raise
            self._load(missing)  # another projector may have been first
        except sqlite3.Error as error:
            raise KeysUnavailable(type(error).__name__) from None

    def _load(self, names: list[str]) -> None:
        for name in names:
            row = self._store.execute("SELECT wrapped FROM keys WHERE name = ?", (name,)).fetchone()
            if row is not None:
                self._cached[name] = AESGCM(self._unwrapped(name, row[0]))

    def _wrapped(self, name: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, AESGCM.generate_key(256), name.encode())

    def _unwrapped(self, name: str, wrapped: bytes) -> bytes:
        nonce, key = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        return self._master.decrypt(nonce, key, name.encode())
