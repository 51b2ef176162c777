"""A journal in memory, for tests and for learning how a store behaves."""

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from ledger.journal import Answer, Entry, Group, Head, JournalFailed
from ledger.proof.chain import GENESIS


class MemoryJournal:
    """Keeps everything in lists; gone when the process ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[Entry] = []
        self._by_subject: dict[str, list[Entry]] = defaultdict(list)
        self._answers: dict[str, Answer] = {}
        self._names: dict[tuple[str, str], str] = {}

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

    def _check(self, group: Group) -> None:
        head = self._head()
        versions = {subject: len(entries) for subject, entries in self._by_subject.items()}
        for entry in group.entries:
            if entry.position != head.position + 1 or entry.prev != head.hash:
                raise JournalFailed("the group does not continue the journal's head")
            if entry.version != versions.get(entry.subject_id, 0) + 1:
                raise JournalFailed("the group does not continue a subject's history")
            head = Head(entry.position, entry.hash)
            versions[entry.subject_id] = entry.version
        keys = [answer.key for answer in group.answers]
        names = [(name.kind, name.value) for name in group.names]
        if len(set(keys)) < len(keys) or not self._answers.keys().isdisjoint(keys):
            raise JournalFailed("an idempotency key was used before")
        if len(set(names)) < len(names) or not self._names.keys().isdisjoint(names):
            raise JournalFailed("a name was taken before")

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

    def subject_named(self, kind: str, value: str) -> str | None:
        """Give the subject that a name leads to."""
        with self._lock:
            return self._names.get((kind, value))

    def close(self) -> None:
        """Nothing is held."""
