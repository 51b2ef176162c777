"""The journal itself: histories, all entries in order, an account at a version.

Bodies are given byte for byte as stored; free text in them is ciphertext.
"""

from typing import Final

import msgspec

from ledger.domain.loan import Loan
from ledger.errors import Refusal, Refused
from ledger.journal import Entry, Journal
from ledger.rpc import answers, fields
from ledger.rpc.queries import page_size
from ledger.states import as_loan, fold
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as servicing_pb
from proto.streams import INTERNAL
from proto.values import write_value

PAGE_BYTES_MAX: Final = 2_000_000
"""A page stays well below the 4 MB that a gRPC client takes."""
_PAGE: Final = 1_000


class JournalQueries:
    """Reads for those who check the books, and for the projector."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def event_history(
        self, request: ledger_pb.GetEventHistoryRequest
    ) -> ledger_pb.EventHistoryResponse:
        """An account's or staff member's events, oldest first, a page at a time."""
        if request.cursor and not (request.cursor.isascii() and request.cursor.isdecimal()):
            raise fields.invalid("cursor", "must be a next_cursor that was given before.")
        limit = page_size("limit", request.limit)
        after = int(request.cursor[:18] or "0")
        found = self._journal.read_subject(request.account_id, after, limit + 1)
        if not found and not self._journal.read_subject(request.account_id, 0, 1):
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger has no account {request.account_id[:64]}.",
                field="account_id",
            )
        page = _within_bytes(found[:limit])
        has_more = len(page) < len(found)
        return ledger_pb.EventHistoryResponse(
            success=True,
            events=[_history_entry(entry) for entry in page],
            next_cursor=str(page[-1].version) if has_more else "",
        )

    def read_journal(
        self, request: servicing_pb.ReadJournalRequest
    ) -> servicing_pb.ReadJournalResponse:
        """Entries after a position, in order."""
        limit = page_size("limit", request.limit)
        after = fields.count("from_position", request.from_position, least=0, most=2**62)
        page = _within_bytes(self._journal.read(after, limit))
        return servicing_pb.ReadJournalResponse(
            entries=[journal_entry(entry) for entry in page],
            last_position=self._journal.head().position,
        )

    def state_at(self, request: servicing_pb.GetStateAtRequest) -> servicing_pb.GetStateAtResponse:
        """An account as of one of its versions: its balances, and what was folded, if asked."""
        wanted = fields.count("version", request.version, least=1, most=2**62)
        loan = self._loan_at(request.account_id, wanted)
        if loan is None:
            raise Refused(
                Refusal.NO_SUCH_ACCOUNT,
                f"The ledger has no account {request.account_id[:64]}.",
                field="account_id",
            )
        if loan.version < wanted:
            raise fields.invalid("version", f"must be at most {loan.version}, the newest.")
        return servicing_pb.GetStateAtResponse(
            account_id=loan.account_id,
            version=loan.version,
            balances=answers.balances(loan),
            state_json="" if request.balances_only else state_json(loan),
        )

    def _loan_at(self, account_id: str, version: int) -> Loan | None:
        state = None
        while state is None or state.version < version:
            after = 0 if state is None else state.version
            page = self._journal.read_subject(account_id, after, min(_PAGE, version - after))
            if not page:
                break
            state = fold(state, page)
        return as_loan(state)


def state_json(loan: Loan) -> str:
    """Write all that is known of an account, canonical: the same state, the same bytes."""
    plain = msgspec.to_builtins(loan, enc_hook=write_value, order="deterministic")
    return msgspec.json.encode(plain, order="deterministic").decode()


def _within_bytes(entries: list[Entry]) -> list[Entry]:
    """Cut a page to what one message holds, but never to nothing."""
    room = PAGE_BYTES_MAX
    for index, entry in enumerate(entries):
        room -= len(entry.body)
        if room < 0:
            return entries[: max(index, 1)]
    return entries


def _history_entry(entry: Entry) -> ledger_pb.EventHistoryEntry:
    return ledger_pb.EventHistoryEntry(
        event_id=entry.event_id,
        stream=INTERNAL,
        event_type=entry.event_type,
        account_id=entry.subject_id,
        timestamp=entry.recorded_at,
        data_json=entry.body.decode(),
        version=entry.version,
        position=entry.position,
        actor=entry.actor,
        hash=entry.hash,
        prev=entry.prev,
    )


def journal_entry(entry: Entry) -> servicing_pb.JournalEntry:
    """Tell an entry as JournalService tells it."""
    return servicing_pb.JournalEntry(
        position=entry.position,
        subject_id=entry.subject_id,
        version=entry.version,
        event_type=entry.event_type,
        event_id=entry.event_id,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        body=entry.body,
        hash=entry.hash,
        prev=entry.prev,
    )
