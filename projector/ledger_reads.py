"""The ledger, asked for what the stream did not bring: the one arrow against the stream."""

from collections.abc import Callable
from typing import Final

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projector.item import FETCHED_ENTRY_ID, Entry
from proto import actor_token, codec
from proto.accounting_ledger_pb2 import EventHistoryEntry, GetEventHistoryRequest
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2 import Balances, GetStateAtRequest, JournalEntry, ReadJournalRequest
from proto.servicing_pb2_grpc import JournalServiceStub
from proto.streams import INTERNAL
from proto.values import Instant

DEADLINE_SECONDS: Final = 10.0
PAGE: Final = 1_000
RECONNECT_SECONDS_MAX: Final = 1.0
CHANNEL: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", int(RECONNECT_SECONDS_MAX * 1_000)),
)
"""Left alone, a connection that failed often waits two minutes for its next try.

The second is how long a connection may take to come about, which on a busy machine is long.
"""

ISSUER: Final = "projector"


class Ledger:
    """Reads of the ledger. Each raises grpc.RpcError."""

    def __init__(self, address: str, key: Ed25519PrivateKey, clock: Callable[[], Instant]) -> None:
        self._channel = grpc.insecure_channel(address, CHANNEL)
        self._stub = AccountingLedgerServiceStub(self._channel)
        self._journal = JournalServiceStub(self._channel)
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

    def journal(self, after: int, limit: int = PAGE) -> tuple[list[Entry], int]:
        """Give a page of events after a position, and the journal's last position."""
        page = self._journal.ReadJournal(
            ReadJournalRequest(from_position=after, limit=limit),
            metadata=self._credentials(),
            timeout=DEADLINE_SECONDS,
        )
        return [journal_entry(each) for each in page.entries], page.last_position

    def balances_at(self, account_id: str, version: int) -> Balances | None:
        """Give an account's balances at a version; None from a ledger that cannot tell."""
        try:
            answer = self._journal.GetStateAt(
                GetStateAtRequest(account_id=account_id, version=version, balances_only=True),
                metadata=self._credentials(),
                timeout=DEADLINE_SECONDS,
            )
        except grpc.RpcError as error:
            if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return None
            raise
        return answer.balances

    def close(self) -> None:
        """Let the connection go."""
        self._channel.close()

    def _credentials(self) -> tuple[tuple[str, str]]:
        token = actor_token.mint(
            self._key, issuer=ISSUER, actor_id=ISSUER, session_id=ISSUER, now=self._clock()
        )
        return ((actor_token.METADATA_KEY, f"Bearer {token}"),)


def _entry(subject_id: str, event: EventHistoryEntry) -> Entry:
    return _as_published(
        codec.event_fields(
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
    )


def journal_entry(event: JournalEntry) -> Entry:
    """Give an entry that the journal told as the stream would have brought it."""
    return _as_published(
        codec.event_fields(
            subject_id=event.subject_id,
            version=event.version,
            event_type=event.event_type,
            position=event.position,
            recorded_at=event.recorded_at,
            actor=event.actor,
            body=event.body,
            hash_hex=event.hash,
            prev_hex=event.prev,
        )
    )


def _as_published(fields: dict[str, str]) -> Entry:
    raw = {name.encode(): value.encode() for name, value in fields.items()}
    return Entry(INTERNAL, FETCHED_ENTRY_ID, raw)
