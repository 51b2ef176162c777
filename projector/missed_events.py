"""Fetches from the ledger what the stream did not bring: the one arrow against the stream."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import grpc
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projector.item import FETCHED_ENTRY_ID, Entry
from proto import actor_token, codec
from proto.accounting_ledger_pb2 import EventHistoryEntry, GetEventHistoryRequest
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.streams import INTERNAL
from proto.values import Instant

DEADLINE_SECONDS: Final = 10.0
PAGE: Final = 1_000
FIRST_WAIT_SECONDS: Final = 0.5
LAST_WAIT_SECONDS: Final = 30.0
AWAY_SECONDS: Final = 2.0
"""A ledger that does not answer is asked again so soon, however long it is away."""

AWAY: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
RECONNECT_SECONDS_MAX: Final = 1.0
CHANNEL: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", int(RECONNECT_SECONDS_MAX * 1_000)),
)
"""Left alone, a connection that failed often waits two minutes for its next try."""

ISSUER: Final = "projector"

log = structlog.get_logger()


class Ledger:
    """The ledger, asked for the history of one subject."""

    def __init__(self, address: str, key: Ed25519PrivateKey, clock: Callable[[], Instant]) -> None:
        self._channel = grpc.insecure_channel(address, CHANNEL)
        self._stub = AccountingLedgerServiceStub(self._channel)
        self._key, self._clock = key, clock

    def history(self, subject_id: str) -> list[Entry]:
        """Give every event of a subject, as the stream would have brought it."""
        entries: list[Entry] = []
        cursor = ""
        while True:
            request = GetEventHistoryRequest(account_id=subject_id, limit=PAGE, cursor=cursor)
            page = self._stub.GetEventHistory(
                request, metadata=self._credentials(), timeout=DEADLINE_SECONDS
            )
            entries += [_entry(subject_id, each) for each in page.events]
            cursor = page.next_cursor
            if not cursor:
                return entries

    def close(self) -> None:
        """Let the connection go."""
        self._channel.close()

    def _credentials(self) -> tuple[tuple[str, str]]:
        token = actor_token.mint(
            self._key, issuer=ISSUER, actor_id=ISSUER, session_id=ISSUER, now=self._clock()
        )
        return ((actor_token.METADATA_KEY, f"Bearer {token}"),)


def _entry(subject_id: str, event: EventHistoryEntry) -> Entry:
    fields = codec.event_fields(
        subject_id=subject_id,
        version=event.version,
        event_type=event.event_type,
        position=event.position,
        recorded_at=event.timestamp,
        actor=event.actor,
        body=event.data_json.encode(),
        hash_hex=event.hash,
        prev_hex=event.prev,
    )
    raw = {name.encode(): value.encode() for name, value in fields.items()}
    return Entry(INTERNAL, FETCHED_ENTRY_ID, raw)


class MissedEvents:
    """The subjects with a gap, each asked for again with back-off until it is closed.

    The ledger is asked beside the loop, so that a slow one delays no other event.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._due: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._asked: tuple[str, Future[list[Entry]]] | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="missed-events")
        self.is_reached: bool | None = None

    @property
    def subjects(self) -> set[str]:
        """The subjects whose gap is open."""
        return set(self._due)

    def replace(self, subjects: Iterable[str], now_seconds: float) -> None:
        """Take over which subjects have a gap now; a new one is due at once."""
        wanted = set(subjects)
        self._due = {each: self._due.get(each, now_seconds) for each in wanted}
        self._waits = {each: wait for each, wait in self._waits.items() if each in wanted}

    def turn(self, now_seconds: float) -> list[Entry]:
        """Ask for the subject that is due, or give what an earlier question has brought."""
        if self._asked is None:
            due = sorted((at, each) for each, at in self._due.items() if at <= now_seconds)
            if due:
                subject_id = due[0][1]
                self._asked = subject_id, self._worker.submit(self._ledger.history, subject_id)
            return []
        subject_id, answer = self._asked
        if not answer.done():
            return []
        self._asked = None
        entries = self._entries(subject_id, answer)
        wait = self._waits.get(subject_id, FIRST_WAIT_SECONDS)
        self._waits[subject_id] = min(self._wait_max, 2 * wait)
        if subject_id in self._due:
            self._due[subject_id] = now_seconds + min(self._wait_max, wait)
        return entries

    @property
    def _wait_max(self) -> float:
        """A ledger that has answered and closed no gap need not be asked so soon again."""
        return LAST_WAIT_SECONDS if self.is_reached else AWAY_SECONDS

    def close(self) -> None:
        """Ask nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._ledger.close()

    def _entries(self, subject_id: str, answer: Future[list[Entry]]) -> list[Entry]:
        try:
            entries = answer.result()
        except grpc.RpcError as error:
            code = error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
            self.is_reached = code not in AWAY
            log.warning("history_not_told", subject_id=subject_id, code=code.name)
            return []
        self.is_reached = True
        log.info("history_fetched", subject_id=subject_id, events=len(entries))
        return entries
