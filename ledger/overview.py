"""The books as a whole, kept in memory and continued from the journal before each answer.

A thread of its own reads a long journal when the ledger starts; from then on a question
finds all but the last entries summed already.
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
import structlog

from ledger.arrears import Arrears
from ledger.domain import loan as loans
from ledger.domain.business_day import business_date
from ledger.domain.history import as_posting
from ledger.errors import Fault
from ledger.general_ledger import GeneralLedger
from ledger.journal import Entry, Journal, JournalFailed
from ledger.states import event_of
from proto import subjects
from proto.events import (
    AccountClosed,
    AccountCreated,
    AccountStatusChanged,
    AccountUpdated,
    AgingUpdated,
    ScheduleCreated,
    ScheduleUpdated,
)
from proto.values import Instant

PAGE: Final = 1_000
PATIENCE_SECONDS_MAX: Final = 8.0
"""How long a question waits for the sums, below the ten seconds that a read may take."""
IDLE_SECONDS: Final = 2.0
"""How often the thread continues the sums while nobody asks.

Under load the entries of half a minute kept the interpreter from the writer for seconds.
"""

_INACTIVE: Final = frozenset({loans.PENDING_DISBURSEMENT, loans.CLOSED, loans.WRITTEN_OFF})

A = TypeVar("A")
_log = structlog.get_logger()


class _Status(msgspec.Struct):
    """The one field that is needed of an event that comes with every posting."""

    status: str = ""


_STATUS: Final = msgspec.json.Decoder(_Status)


@lru_cache(maxsize=4_096)
def _business_date_of_hour(hour: str) -> date:
    return business_date(Instant.parse(f"{hour}:00:00Z"))


def business_date_of(recorded_at: str) -> date:
    """Give the business date of a recorded instant; Sydney's midnights are whole hours."""
    return _business_date_of_hour(recorded_at[:13])


class Overview:
    """Follows the journal; `ask` computes by everything that is committed."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._position = 0
        self._ledger = GeneralLedger()
        self._arrears = Arrears()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-overview", daemon=True)

    def start(self) -> None:
        """Begin to sum."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def ask(self, compute: Callable[[GeneralLedger, Arrears], A]) -> A:
        """Compute an answer by all that is committed now. Raises Fault when it is far behind."""
        head = self._journal.head().position
        deadline = time.monotonic() + PATIENCE_SECONDS_MAX
        while self._position < head:
            if time.monotonic() > deadline:
                raise Fault(
                    f"The books are being summed: {self._position:,} of {head:,} entries are "
                    "done. Ask again in a moment."
                )
            self._continue()
        with self._lock:
            return compute(self._ledger, self._arrears)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                while self._continue() and not self._stopping.is_set():
                    pass
            except JournalFailed as failure:  # it is read again, and who asks is told
                _log.warning("overview", why=str(failure))
            self._stopping.wait(IDLE_SECONDS)

    def _continue(self) -> int:
        """Take over the next page; give how many entries it had."""
        with self._lock:
            page = self._journal.read(self._position, PAGE)
            for entry in page:
                if subjects.is_account(entry.subject_id):
                    self._take(entry)
                self._position = entry.position
            return len(page)

    def _take(self, entry: Entry) -> None:
        """Take over what an entry says about money, status or instalments; most say none."""
        kind, account_id = entry.event_type, entry.subject_id
        self._arrears.touch(account_id, entry.recorded_at)
        if kind == AccountUpdated.type:
            if b'"status"' in entry.body:
                self._stand(account_id, _STATUS.decode(entry.body).status, entry)
        elif kind == ScheduleUpdated.type:
            self._arrears.update(account_id, entry.body)
        elif kind != AgingUpdated.type:
            self._take_event(entry)

    def _take_event(self, entry: Entry) -> None:
        event, account_id = event_of(entry), entry.subject_id
        posting = as_posting(event)
        if posting is not None:
            day = business_date_of(entry.recorded_at)
            self._ledger.post(entry.event_id, posting, day)
        elif isinstance(event, ScheduleCreated):
            self._arrears.agree(account_id, event, entry.recorded_at)
        elif isinstance(event, AccountCreated):
            self._stand(account_id, event.status, entry)
        elif isinstance(event, AccountStatusChanged):
            self._stand(account_id, event.new_status, entry)
        elif isinstance(event, AccountClosed):
            written_off = event.closure_reason == loans.WRITTEN_OFF
            status = loans.WRITTEN_OFF if written_off else loans.CLOSED
            self._stand(account_id, status, entry)

    def _stand(self, account_id: str, status: str, entry: Entry) -> None:
        if not status:
            return
        is_active = status not in _INACTIVE
        day = business_date_of(entry.recorded_at)
        self._ledger.stand(account_id, day, is_active=is_active)
        self._arrears.stand(account_id, is_open=is_active)
