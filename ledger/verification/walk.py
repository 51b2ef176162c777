"""The walk: every entry in order past every check, with progress and an estimate."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from ledger.journal import Entry, Journal, SignedHead
from ledger.proof.audit import Audit, heads_of
from ledger.proof.chain import Broken, entry_hash
from ledger.proof.escrow import EscrowFile
from ledger.states import event_of
from ledger.verification import Wrong
from ledger.verification.approvals import ApprovalsCheck
from ledger.verification.books import BooksCheck
from ledger.verification.keys import KeysCheck
from ledger.verification.names import NamesCheck
from proto import subjects
from proto.codec import Poison
from proto.events import LedgerEvent
from proto.proof import PublicKeys

PAGE: Final = 1_000
LOOK: Final = 100
"""After how many entries the clock is looked at."""
TELL_SECONDS: Final = 2.0

Tell = Callable[[str], None]
Clock = Callable[[], float]
"""Seconds since whenever, never running back."""


class Walked(Struct, frozen=True, kw_only=True):
    """What was looked at and found to be right."""

    entries: int
    heads: int
    keys: int
    seconds: float

    def __str__(self) -> str:
        """Say so in one line."""
        speed = self.entries / self.seconds if self.seconds else 0.0
        return (
            f"{self.entries:,} entries, {self.heads:,} signed heads and {self.keys:,} idempotency "
            f"keys are right ({self.seconds:.1f} s, {speed:,.0f} events/s)."
        )


class _UntilNow(EscrowFile):
    """The heads in escrow without those that came after the walk began."""

    def __init__(self, file: EscrowFile, size_max: int) -> None:
        self._file, self._size_max = file, size_max

    def heads(self) -> Iterator[SignedHead]:
        """Give them in order."""
        return (head for head in self._file.heads() if head.size <= self._size_max)


class _Links:
    """The chain alone, from an entry in the middle on; the tree needs the first."""

    def __init__(self, journal: Journal, after_position: int) -> None:
        before = journal.read(after_position - 1, 1)
        if not before:
            raise Broken(after_position, "missing")
        self._last = before[0]

    def add(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.position != self._last.position + 1:
            raise Broken(self._last.position + 1, "missing")
        if entry.prev != self._last.hash:
            raise Broken(entry.position, "does not continue the entry before")
        if entry.hash != entry_hash(entry):
            raise Broken(entry.position, "its contents do not have the hash that it bears")
        self._last = entry


def walk(
    journal: Journal,
    escrow: EscrowFile,
    keys: PublicKeys,
    *,
    from_position: int,
    tell: Tell,
    clock: Clock = time.monotonic,
) -> Walked:
    """Check all entries from a position on. Raises Wrong, Broken, WrongKey, ValueError.

    From the first entry everything is checked. From a later one on: the chain, balances,
    approvals and bodies, and neither tree, heads and escrow nor the sums of all accounts. What
    an approval brought about is walked with it.
    The ledger may go on meanwhile: what is committed later is left for the next walk.
    """
    started = clock()
    if stray := journal.stray():
        raise ValueError(f"{stray} is no part of the journal: it was put in")
    escrowed = max((head.size for head in escrow.heads()), default=0)
    last = journal.head().position  # after escrow: what is there must be in the journal
    from_position = _approval_before(journal, from_position)
    is_whole = from_position <= 1
    until = _UntilNow(escrow, max(escrowed, last))
    frozen = _Frozen(journal, last)
    proof = Audit(frozen, until, keys) if is_whole else None
    chain = proof or _Links(journal, from_position - 1)
    books = BooksCheck(journal, from_first=is_whole)
    names = NamesCheck(journal)
    approvals = ApprovalsCheck(journal, after_position=0 if is_whole else from_position - 1)
    keys_check = KeysCheck(journal)
    progress = _Progress(max(1, from_position), last, tell, clock)
    for entry in _entries(journal, from_position - 1 if not is_whole else 0, last):
        chain.add(entry)
        event = _event(entry)
        books.add(entry, event)
        names.add(entry, event)
        approvals.add(entry, event)
        keys_check.add(entry, event)
        progress.at(entry.position)
    approvals.finish()
    books.finish()
    verified = proof.finish() if proof else None
    _check_last_head(journal)
    if is_whole:
        names.finish(_events(journal, last))
    return Walked(
        entries=progress.done,
        heads=verified.heads if verified else 0,
        keys=keys_check.finish(heads_of(frozen)) if is_whole else 0,
        seconds=clock() - started,
    )


def _approval_before(journal: Journal, position: int) -> int:
    """Give where the approval stands whose effect an entry may be part of; else its own place."""
    first, entries = position, journal.read(position - 1, 1)
    while first > 1 and entries:
        entry, entries = entries[0], journal.read(first - 2, 1)
        before, first = entries[0], first - 1
        is_one_command = (before.actor, before.recorded_at) == (entry.actor, entry.recorded_at)
        if not (subjects.is_account(entry.subject_id) and is_one_command):
            break
        if before.subject_id.startswith(subjects.REQUEST):
            return first
        if before.subject_id != entry.subject_id:
            break
    return position


def _check_last_head(journal: Journal) -> None:
    """Insist that no signed head covers more than is there, which the walk leaves unread.

    A head is committed with the entries that it covers: read first, it is never ahead of them.
    """
    head, last = journal.last_signed_head(), journal.head().position
    if head is not None and head.size > last:
        raise Broken(last + 1, f"missing; a signed head covers {head.size} entries")


def _entries(journal: Journal, after: int, last: int) -> Iterator[Entry]:
    while after < last and (page := journal.read(after, min(PAGE, last - after))):
        yield from page
        after = page[-1].position


def _events(journal: Journal, after: int) -> Iterator[LedgerEvent]:
    """Give the events that were committed from the walk's begin until the first is asked for."""
    yield from map(_event, _entries(journal, after, journal.head().position))


def _event(entry: Entry) -> LedgerEvent:
    try:
        return event_of(entry)
    except (Poison, KeyError) as error:
        raise Wrong(entry, f"its body cannot be read: {error}") from None


class _Frozen:
    """A journal as it was when the walk began."""

    def __init__(self, journal: Journal, last: int) -> None:
        self._journal, self._last = journal, last

    def subtrees(self, level: int, first_index: int, limit: int) -> list[bytes]:
        """Give the kept subtrees of a level."""
        return self._journal.subtrees(level, first_index, limit)

    def signed_heads(self, after_size: int, limit: int) -> list[SignedHead]:
        """Give the signed heads up to the walk's last entry."""
        heads = self._journal.signed_heads(after_size, limit)
        return [head for head in heads if head.size <= self._last]


class _Progress:
    """Tells every two seconds how far the walk is and how long the rest will take."""

    def __init__(self, first: int, last: int, tell: Tell, clock: Clock) -> None:
        self._first, self._last, self._tell, self._clock = first, last, tell, clock
        self._started = self._told = clock()
        self.done = 0

    def at(self, position: int) -> None:
        """Come to an entry."""
        self.done += 1
        if self.done % LOOK:
            return
        now = self._clock()
        if now - self._told < TELL_SECONDS:
            return
        self._told = now
        speed = self.done / (now - self._started)
        left = (self._last - position) / speed
        total = self._last - self._first + 1
        self._tell(
            f"{self.done:,} of {total:,} entries ({self.done * 100 // total} %), "
            f"{speed:,.0f} events/s, about {left:,.0f} s left"
        )
