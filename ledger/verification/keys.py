"""The idempotency keys (I4): each stands for one command, and that command is there.

Answers stand in a table beside the entries. Held against these is where an answer stands,
which events it names, the figures of a transaction, and all that is told about staff, requests,
notes, marks and dead letters: so the key of a wrong one is named. Money that was posted under a
key has its answer, and no other key tells of it. The seals find what is left: any other byte.
"""

import re
import zlib
from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from ledger import told
from ledger.domain.history import as_posting
from ledger.journal import Answer, Entry, Journal, SignedHead
from ledger.own_keys import mark_of
from ledger.rpc import retelling
from ledger.verification.seals import SealsCheck
from proto.events import LedgerEvent

_PAGE: Final = 1_000
_LENGTH_DELIMITED: Final = 2
_NESTED_MAX: Final = 4
_EVENTS_MAX: Final = 256
"""No command brings about so many events from one of its postings to the next, or after them.

Of postings an undo has two for each recovery, however many there were.
"""
_EVENT_ID: Final = re.compile(rb"([A-Za-z0-9:._/-]+):[0-9]+")


class WrongKey(Exception):  # noqa: N818 - the finding is the name
    """A key that has no effect, or shares it with another; the text names it."""


class KeysCheck:
    """Every answer, after every entry. Some thirty bytes an entry are kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._subjects, self._figures = array("I", [0]), array("I", [0])
        self._keys = array("I", [0])
        self._answered = bytearray()
        self._told_anew: set[int] = set()

    def add(self, entry: Entry, event: LedgerEvent) -> None:
        """Take the next entry."""
        posting = as_posting(event)
        self._subjects.append(_mark(entry.subject_id))
        self._figures.append(_mark(told.of_event(entry.event_id, posting)) if posting else 0)
        self._keys.append(_mark(posting.key_mark) if posting and posting.key_mark else 0)
        if posting is None and retelling.is_told_anew(entry.subject_id):
            self._told_anew.add(entry.position)

    def finish(self, heads: Iterable[SignedHead]) -> int:
        """Read the answers to all that was walked and count them. Raises WrongKey, Broken."""
        last = len(self._subjects) - 1
        seals, count, key = SealsCheck(last), 0, ""
        self._answered = bytearray(last // 8 + 1)
        while answers := self._journal.answers_after(key, _PAGE):
            for answer in answers:
                if answer.position > last and self._is_there(answer.position):
                    continue  # committed since the walk began
                if not 1 <= answer.position <= last:
                    raise WrongKey(f"the idempotency key {answer.key} has no effect in the journal")
                self._check_events(answer)
                self._check_figures(answer, self._found(answer))
                if seals.is_taken(answer.position):
                    raise WrongKey(
                        f"entry {answer.position}: the idempotency key {answer.key} stands for "
                        "it, and another key does too"
                    )
                seals.add(answer)
                count += 1
            key = answers[-1].key
        self._check_all_found()
        seals.finish(heads)
        return count

    def _found(self, answer: Answer) -> list[int]:
        """Strike out the postings of the command that the answer is of, and give their places."""
        mark, found = _mark(mark_of(answer.key)), list[int]()
        near = self._keys[max(1, answer.position - _EVENTS_MAX) : answer.position + 1][::-1]
        last = answer.position
        while mark and mark in near:  # the ledger's own keys leave no mark
            last -= near.index(mark)
            self._answered[last // 8] |= 1 << last % 8
            found.append(last)
            last -= 1
            near = self._keys[max(1, last - _EVENTS_MAX) : last + 1][::-1]
        return found

    def _check_all_found(self) -> None:
        """Insist that whatever was posted under a key has its answer."""
        for position, mark in enumerate(self._keys):
            if mark and not self._answered[position // 8] & 1 << position % 8:
                raise WrongKey(f"entry {position}: the answer under its idempotency key is gone")

    def _is_there(self, position: int) -> bool:
        return bool(self._journal.read(position - 1, 1))

    def _check_events(self, answer: Answer) -> None:
        """Insist that an answer which names events names one of its own entry's subject."""
        own, is_none = self._subjects[answer.position], True
        seen = _EVENT_ID.search(answer.response)  # of nearly all answers this is enough
        if seen and zlib.crc32(seen[1]) == own:
            return
        for each in _subjects_in(answer.response):
            if _mark(each) == own:
                return
            is_none = False
        if not is_none:
            raise WrongKey(
                f"entry {answer.position}: the answer under the idempotency key {answer.key} "
                "tells of other events"
            )

    def _check_figures(self, answer: Answer, found: list[int]) -> None:
        """Insist that the answer of a transaction tells what an event says that bears its key.

        Where none does, the event is one that bears no key at all: older ones do not.
        """
        transaction = told.read_answer(answer.response)
        if transaction is None:
            # Of a loan's other answers, as of the end of each of its days, nothing is to be read.
            if answer.position in self._told_anew:
                self._check_retold(answer)
            return
        mark, last = _mark(told.of_answer(transaction)), answer.position
        near = range(last, max(0, last - _EVENTS_MAX - 1), -1)
        places = found or (each for each in near if not self._keys[each])
        if all(self._figures[each] != mark for each in places):
            raise WrongKey(
                f"entry {last}: the answer under the idempotency key {answer.key} tells other "
                f"figures than the event {transaction.event_id[:100]}"
            )

    def _check_retold(self, answer: Answer) -> None:
        """Insist that an answer about staff, a request and the like tells what is there."""
        entry = self._journal.read(answer.position - 1, 1)[0]
        if not retelling.is_as_kept(self._journal, entry, answer.response):
            raise WrongKey(
                f"entry {answer.position}: the answer under the idempotency key {answer.key} "
                f"tells otherwise than the event {entry.event_id}"
            )


def _mark(text: str) -> int:
    return zlib.crc32(text.encode())


def _subjects_in(response: bytes, depth: int = 0) -> Iterator[str]:
    """Give the subjects of all event ids (`subject:version`) in an answer of whatever type."""
    for part in _parts(response):
        subject, colon, version = part.decode(errors="replace").rpartition(":")
        if colon and subject and version.isdecimal() and subject.isprintable():
            yield subject
        elif depth < _NESTED_MAX:
            yield from _subjects_in(part, depth + 1)


def _parts(message: bytes) -> Iterator[bytes]:
    """Give the texts and nested messages of a protobuf message; nothing of what is none."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        size, at = _varint(message, at) if kind in (0, _LENGTH_DELIMITED) else (0, at)
        at += {1: 8, 5: 4}.get(kind, 0)
        if kind == _LENGTH_DELIMITED and at + size <= len(message):
            yield message[at : at + size]
            at += size
        elif kind not in (0, 1, 5):
            return


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while at < len(message):
        byte, at = message[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            break
        shift += 7
    return value, at
