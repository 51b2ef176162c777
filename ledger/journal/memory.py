"""A journal in memory, for tests and for learning how a store behaves."""

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from ledger.journal import (
    Answer,
    Entry,
    Group,
    Head,
    JournalFailed,
    SignedHead,
    TakenName,
    check_continues,
)
from ledger.proof.chain import GENESIS


class MemoryJournal:
    """Keeps everything in lists; gone when the process ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[Entry] = []
        self._by_subject: dict[str, list[Entry]] = defaultdict(list)
        self._answers: dict[str, Answer] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._signed_heads: dict[int, SignedHead] = {}
        self._subtrees: dict[tuple[int, int], bytes] = {}

    def head(self) -> Head:
        """Give the last entry's place; position 0 in an empty journal."""
        with self._lock:
            return self._head()

    def _head(self) -> Head:
        if not self._entries:
            return Head(0, GENESIS)
        return Head(self._entries[-1].position, self._entries[-1].hash)

    def append(self, group: Group) -> None:
        """Append a group. It must continue the head, or nothing is appended."""
        with self._lock:
            self._check(group)
            for entry in group.entries:
                self._entries.append(entry)
                self._by_subject[entry.subject_id].append(entry)
            self._answers.update({answer.key: answer for answer in group.answers})
            self._names.update({(name.kind, name.value): name.subject_id for name in group.names})
            self._subtrees.update({(each.level, each.index): each.hash for each in group.subtrees})
            if group.signed_head is not None:
                self._signed_heads[group.signed_head.size] = group.signed_head

    def _check(self, group: Group) -> None:
        versions = {subject: len(entries) for subject, entries in self._by_subject.items()}
        check_continues(group, self._head(), versions)
        keys = [answer.key for answer in group.answers]
        names = [(name.kind, name.value) for name in group.names]
        if len(set(keys)) < len(keys) or not self._answers.keys().isdisjoint(keys):
            raise JournalFailed("an idempotency key was used before")
        if len(set(names)) < len(names) or not self._names.keys().isdisjoint(names):
            raise JournalFailed("a name was taken before")
        if not self._subtrees.keys().isdisjoint(
            (each.level, each.index) for each in group.subtrees
        ):
            raise JournalFailed("a part of the tree was kept before")

    def read(self, after_position: int, limit: int) -> list[Entry]:
        """Give entries after a position, in order."""
        with self._lock:
            return self._entries[after_position : after_position + limit]

    def read_subject(self, subject_id: str, after_version: int, limit: int) -> list[Entry]:
        """Give a subject's entries after a version, in order."""
        with self._lock:
            entries = self._by_subject.get(subject_id, [])
            return entries[after_version : after_version + limit]

    def subjects(self, prefix: str) -> list[str]:
        """Give all subjects whose id begins so."""
        with self._lock:
            return sorted(each for each in self._by_subject if each.startswith(prefix))

    def answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Give what the first calls with these keys were told; keys not used are left out."""
        with self._lock:
            return {key: self._answers[key] for key in keys if key in self._answers}

    def answers_after(self, key: str, limit: int) -> list[Answer]:
        """Give the answers under keys greater than one, by key."""
        with self._lock:
            return [self._answers[each] for each in sorted(self._answers) if each > key][:limit]

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""
        with self._lock:
            return self._names.get((kind, value))

    def names_after(self, kind: str, value: str, limit: int) -> list[TakenName]:
        """Give the names after one, by kind and value."""
        with self._lock:
            later = sorted(each for each in self._names if each > (kind, value))[:limit]
            return [TakenName(kind=k, value=v, subject_id=self._names[k, v]) for k, v in later]

    def hashes(self, after_position: int, limit: int) -> list[str]:
        """Give the hashes alone of the entries after a position, in order."""
        return [entry.hash for entry in self.read(after_position, limit)]

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level from an index on, in order."""
        with self._lock:
            found = (self._subtrees.get((level, first_index + each)) for each in range(limit))
            return [each for each in found if each is not None]

    def last_signed_head(self) -> SignedHead | None:
        """Give the newest signed head; None where nothing was signed yet."""
        with self._lock:
            return next(reversed(self._signed_heads.values()), None)

    def signed_head(self, size: int) -> SignedHead | None:
        """Give the head signed at exactly this size; not every size has one."""
        with self._lock:
            return self._signed_heads.get(size)

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads of a greater size, in order."""
        with self._lock:
            return [head for size, head in self._signed_heads.items() if size > after_size][:limit]

    def stray(self) -> str:
        """Nobody but `append` puts anything here."""
        return ""

    def close(self) -> None:
        """Nothing is held."""
