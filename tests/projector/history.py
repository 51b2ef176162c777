"""A ledger that knows the events that a test gave it and nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from proto.accounting_ledger_pb2 import (
    EventHistoryEntry,
    EventHistoryResponse,
    GetEventHistoryRequest,
)
from proto.servicing_pb2 import JournalEntry, ReadJournalRequest, ReadJournalResponse


class History:
    """A ledger that knows histories and its journal; two events a page."""

    def __init__(self, entries: list[dict[str, str]]) -> None:
        self.entries = entries
        self.tokens: list[str] = []

    def answer(
        self, request: GetEventHistoryRequest, context: grpc.ServicerContext
    ) -> EventHistoryResponse:
        """Give a page; the cursor is where the next one begins."""
        self.tokens += [str(value) for name, value in context.invocation_metadata() if name]
        known = [
            each for each in self.entries if each["id"].rpartition(":")[0] == request.account_id
        ]
        first = int(request.cursor or "0")
        page = [_entry(each) for each in known[first : first + 2]]
        following = str(first + 2) if len(known) > first + 2 else ""
        return EventHistoryResponse(success=True, events=page, next_cursor=following)

    def journal(
        self, request: ReadJournalRequest, _context: grpc.ServicerContext
    ) -> ReadJournalResponse:
        """Give a page of the journal, and its last position."""
        placed = sorted(self.entries, key=lambda each: int(each["pos"]))
        page = [each for each in placed if int(each["pos"]) > request.from_position]
        return ReadJournalResponse(
            entries=[_journal_entry(each) for each in page[: min(2, request.limit)]],
            last_position=int(placed[-1]["pos"]),
        )


def _journal_entry(fields: dict[str, str]) -> JournalEntry:
    return JournalEntry(
        position=int(fields["pos"]),
        subject_id=fields["id"].rpartition(":")[0],
        version=int(fields["ver"]),
        event_type=fields["typ"],
        recorded_at=fields["ts"],
        actor=fields["usr"],
        body=fields["payload"].encode(),
        hash=fields["hash"],
        prev=fields["prev"],
    )


def _entry(fields: dict[str, str]) -> EventHistoryEntry:
    return EventHistoryEntry(
        event_id=fields["id"],
        event_type=fields["typ"],
        account_id=fields["conv"],
        timestamp=fields["ts"],
        data_json=fields["payload"],
        version=int(fields["ver"]),
        position=int(fields["pos"]),
        actor=fields["usr"],
        hash=fields["hash"],
        prev=fields["prev"],
    )


@contextmanager
def serving(history: History, address: str) -> Iterator[None]:
    """Let a ledger answer at an address."""
    server = grpc.server(ThreadPoolExecutor(2))
    histories = grpc.unary_unary_rpc_method_handler(
        history.answer,
        request_deserializer=GetEventHistoryRequest.FromString,
        response_serializer=EventHistoryResponse.SerializeToString,
    )
    journal = grpc.unary_unary_rpc_method_handler(
        history.journal,
        request_deserializer=ReadJournalRequest.FromString,
        response_serializer=ReadJournalResponse.SerializeToString,
    )
    services: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {
        "billie.ledger.v1.AccountingLedgerService": {"GetEventHistory": histories},
        "billie.servicing.v1.JournalService": {"ReadJournal": journal},
    }
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(*each) for each in services.items()]
    )
    server.add_insecure_port(address)
    server.start()
    yield
    server.stop(None).wait()
