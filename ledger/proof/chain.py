"""The hash chain: each entry's hash covers its header, its body and the entry before.

The recipe stands in `proto/proof.py`, for whoever checks it elsewhere.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from proto import proof

GENESIS: Final = "0" * 64
"""What the first entry names as the hash before it."""


class Chained(Protocol):
    """What the chain needs of a journal entry."""

    @property
    def position(self) -> int:
        """Place in the journal, from 1 without gaps."""

    @property
    def subject_id(self) -> str:
        """Whose history it continues."""

    @property
    def version(self) -> int:
        """Place in that history, from 1."""

    @property
    def event_type(self) -> str:
        """Name of the event on the wire."""

    @property
    def recorded_at(self) -> str:
        """When, RFC 3339 in UTC."""

    @property
    def actor(self) -> str:
        """Who acted."""

    @property
    def body(self) -> bytes:
        """The canonical body as stored."""

    @property
    def hash(self) -> str:
        """This entry's hash, hex."""

    @property
    def prev(self) -> str:
        """The hash of the entry before, hex."""


class Broken(Exception):  # noqa: N818 - the finding is the name
    """The journal is not what it was; the text names the first entry that is wrong."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(f"entry {position}: {what}")
        self.position = position


def entry_hash(entry: Chained) -> str:
    """Give the hash that an entry must bear, in hex; what it bears is not looked at."""
    return proof.entry_hash(
        actor=entry.actor,
        position=entry.position,
        prev=entry.prev,
        recorded_at=entry.recorded_at,
        subject_id=entry.subject_id,
        event_type=entry.event_type,
        version=entry.version,
        body=entry.body,
    )


class Chain:
    """The chain as far as it was walked, entry by entry from the first."""

    def __init__(self) -> None:
        self.position, self.hash = 0, GENESIS
        self._versions: dict[str, int] = {}

    def add(self, entry: Chained) -> None:
        """Take the next entry. Raises Broken when it is not the one that was recorded here."""
        position = self.position + 1
        if entry.position != position:
            raise Broken(position, f"missing; the next one has position {entry.position}")
        if entry.prev != self.hash:
            raise Broken(position, "does not continue the entry before")
        version = self._versions.get(entry.subject_id, 0) + 1
        if entry.version != version:
            raise Broken(position, f"has version {entry.version} of its subject, not {version}")
        if entry.hash != entry_hash(entry):
            raise Broken(position, "its contents do not have the hash that it bears")
        self._versions[entry.subject_id] = version
        self.position, self.hash = position, entry.hash


def verify(entries: Iterable[Chained]) -> tuple[int, str]:
    """Walk all entries from the first and give the head: last position and hash.

    Raises Broken at the first entry that is out of place, changed, or of a wrong version.
    """
    chain = Chain()
    for entry in entries:
        chain.add(entry)
    return chain.position, chain.hash
