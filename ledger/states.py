"""Folded subjects, kept while they are used: the newest state, or one as of a version."""

from collections import OrderedDict
from threading import Lock
from typing import Final, cast

from ledger.commands.command import Past
from ledger.domain.history import State, evolve
from ledger.domain.loan import Loan
from ledger.domain.staff import SUBJECT_PREFIX, Staff
from ledger.journal import Entry, Journal
from proto import codec
from proto.events import LedgerEvent
from proto.values import Instant

KEPT_MAX: Final = 20_000
_PAGE: Final = 1_000
_VERSION_DIGITS_MAX: Final = 18


def event_of(entry: Entry) -> LedgerEvent:
    """Read an entry's event."""
    return cast("LedgerEvent", codec.read_event(entry.event_type, entry.body))


def fold(state: State | None, entries: list[Entry]) -> State | None:
    """Apply entries to a state."""
    for entry in entries:
        at = Instant.parse(entry.recorded_at)
        state = evolve(state, event_of(entry), entry.version, at)
    return state


def entry_of(journal: Journal, event_id: str) -> Entry | None:
    """Find the entry of an event; None when there is none."""
    subject_id, _, written = event_id.rpartition(":")
    if not (written.isascii() and written.isdecimal()) or len(written) > _VERSION_DIGITS_MAX:
        return None
    version = int(written)
    found = journal.read_subject(subject_id, version - 1, 1) if version else []
    return found[0] if found else None


def past_of(journal: Journal, event_id: str) -> Past | None:
    """Read an event and who brought it about; None when there is none."""
    entry = entry_of(journal, event_id)
    return None if entry is None else Past(event_of(entry), entry.actor)


class States:
    """The least recently used are forgotten; a state itself never changes."""

    def __init__(self, journal: Journal, kept_max: int = KEPT_MAX) -> None:
        self._journal = journal
        self._kept_max = kept_max
        self._lock = Lock()
        self._kept: OrderedDict[str, State] = OrderedDict()

    def kept(self, subject_id: str) -> State | None:
        """Give the state that is at hand, which may be old."""
        with self._lock:
            state = self._kept.get(subject_id)
            if state is not None:
                self._kept.move_to_end(subject_id)
            return state

    def load(self, subject_id: str) -> State | None:
        """Give the state by everything that is committed at this moment."""
        state = self.kept(subject_id)
        while True:
            after = 0 if state is None else state.version
            entries = self._journal.read_subject(subject_id, after, _PAGE)
            state = fold(state, entries)
            if len(entries) < _PAGE:
                break
        if state is not None:
            self.keep(subject_id, state)
        return state

    def keep(self, subject_id: str, state: State) -> None:
        """Remember a committed state, never an older one in place of a newer."""
        with self._lock:
            known = self._kept.get(subject_id)
            if known is None or known.version <= state.version:
                self._kept[subject_id] = state
                self._kept.move_to_end(subject_id)
            if len(self._kept) > self._kept_max:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything: what is committed is no longer certain."""
        with self._lock:
            self._kept.clear()


class StaffDirectory:
    """All staff as of the last commit, in memory: every call looks its actor up here."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._staff: dict[str, Staff] = {}
        self.reload()

    def reload(self) -> None:
        """Fold all staff anew."""
        states = States(self._journal)
        loaded = (states.load(subject) for subject in self._journal.subjects(SUBJECT_PREFIX))
        self._staff = {each.staff_id: each for each in loaded if isinstance(each, Staff)}

    def get(self, staff_id: str) -> Staff | None:
        """Give a staff member, if there is one."""
        return self._staff.get(staff_id)

    def put(self, staff: Staff) -> None:
        """Take over a committed change."""
        self._staff[staff.staff_id] = staff

    def everybody(self) -> list[Staff]:
        """Give all staff, also who was disabled."""
        return list(self._staff.values())

    def __len__(self) -> int:
        return len(self._staff)


def as_loan(state: State | None) -> Loan | None:
    """Give the state as a loan; a staff member is none."""
    return state if isinstance(state, Loan) else None
