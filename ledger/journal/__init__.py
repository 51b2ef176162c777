"""The append-only store of events: one interface, several stores, one contract test.

One writer appends; any number of readers read at the same time, each a consistent state.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

LAST_CHARACTER: Final = "\U0010ffff"
"""After every id."""


class Entry(Struct, frozen=True, kw_only=True):
    """One event as recorded, for ever."""

    position: int
    subject_id: str
    version: int
    event_type: str
    recorded_at: str
    actor: str
    body: bytes
    hash: str
    prev: str

    @property
    def event_id(self) -> str:
        """The event's name, unique for ever."""
        return f"{self.subject_id}:{self.version}"


class Answer(Struct, frozen=True, kw_only=True):
    """What the first call with an idempotency key was told; kept for the ledger's life."""

    key: str
    request_hash: bytes
    response: bytes
    position: int


class TakenName(Struct, frozen=True, kw_only=True):
    """A name that leads to one subject: an account number, a schedule id, a username."""

    kind: str
    value: str
    subject_id: str


class SignedHead(Struct, frozen=True, kw_only=True):
    """The Merkle tree over the first `size` entries, signed by the ledger's key."""

    size: int
    root: bytes
    signed_at: str
    key_id: str
    signature: bytes
    answers_digest: bytes = b""
    """Over all answers up to here (`proof/answers.py`); empty in heads of older days."""
    answers_signature: bytes = b""


class Subtree(Struct, frozen=True):
    """The root of a complete part of the tree: 2^level leaves, the index-th such part.

    Derived from the entries' hashes; kept so that a proof needs no walk over all of them.
    """

    level: int
    index: int
    hash: bytes


class Group(Struct, frozen=True, kw_only=True):
    """What is appended together: all of it or nothing."""

    entries: tuple[Entry, ...]
    answers: tuple[Answer, ...] = ()
    names: tuple[TakenName, ...] = ()
    signed_head: SignedHead | None = None
    """Of the tree as the group leaves it: its size is the last entry's position."""
    subtrees: tuple[Subtree, ...] = ()


class Head(Struct, frozen=True):
    """The last entry's position and hash."""

    position: int
    hash: str


class JournalFailed(Exception):  # noqa: N818 - a fault of the world, not of the caller
    """The store could not do it; the text says what it said, and holds no event."""


class InUse(JournalFailed):
    """Another ledger holds the journal."""


def check_continues(group: Group, head: Head, versions: dict[str, int]) -> None:
    """Insist that a group continues the head, and each subject's history.

    `versions` has the last version of its subjects; of a new one nothing, or what a store's
    `max` gives for nothing.
    """
    for entry in group.entries:
        if entry.position != head.position + 1 or entry.prev != head.hash:
            raise JournalFailed("the group does not continue the journal's head")
        if entry.version != (versions.get(entry.subject_id) or 0) + 1:
            raise JournalFailed("the group does not continue a subject's history")
        head = Head(entry.position, entry.hash)
        versions[entry.subject_id] = entry.version
    if group.signed_head is not None and group.signed_head.size != head.position:
        raise JournalFailed("the signed head is not that of the group")


class Journal(Protocol):
    """What every store does. Each method raises JournalFailed when the store fails."""

    def head(self) -> Head:
        """Give the last entry's place; position 0 in an empty journal."""

    def append(self, group: Group) -> None:
        """Append a group durably. It must continue the head, or nothing is appended."""

    def read(self, after_position: int, limit: int) -> list[Entry]:
        """Give entries after a position, in order."""

    def read_subject(self, subject_id: str, after_version: int, limit: int) -> list[Entry]:
        """Give a subject's entries after a version, in order."""

    def subjects(self, prefix: str) -> list[str]:
        """Give all subjects whose id begins so; an empty prefix gives every one."""

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""

    def answers_after(self, key: str, limit: int) -> list[Answer]:
        """Give the answers under keys greater than one, by key."""

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""

    def names_after(self, kind: str, value: str, limit: int) -> list[TakenName]:
        """Give the names after one, by kind and value."""

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the hashes alone of the entries after a position, in order."""

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level from an index on, in order."""

    def last_signed_head(self) -> SignedHead | None:
        """Give the newest signed head; None where nothing was signed yet."""

    def signed_head(self, size: int) -> SignedHead | None:
        """Give the head signed at exactly this size; not every size has one."""

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads of a greater size, in order."""

    def stray(self) -> str:
        """Name a row that no reading in order comes to, and no append brings; empty: none."""

    def close(self) -> None:
        """Let go of the store."""
