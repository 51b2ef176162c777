"""What all servicers share: how a command and a query get from the wire to the books."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from google.protobuf.message import Message

from ledger.books import Books
from ledger.commands.reveal import Reveal
from ledger.decision import Intent, permissions_of
from ledger.domain.rights import Right
from ledger.errors import Fault, Refusal, Refused
from ledger.overview import Overview
from ledger.rpc import answers, approval_answers, desk_answers, fields, requests, retelling
from ledger.rpc.answers import ANSWERS
from ledger.rpc.arrears_queries import ArrearsQueries
from ledger.rpc.interceptors import Context, current_caller
from ledger.rpc.journal_queries import JournalQueries
from ledger.rpc.queries import Queries
from ledger.rpc.reveals import Reveals
from ledger.rpc.statement_queries import StatementQueries
from ledger.rpc.totals_queries import TotalsQueries
from ledger.rpc.watching import Watching
from ledger.service import Reply
from proto.accounting_ledger_pb2 import DisburseLoanResponse, TransactionResponse
from proto.servicing_pb2 import (
    ApprovalResponse,
    AskRebuildResponse,
    LetterResponse,
    NoteResponse,
    OpenLoanResponse,
    RevealRequest,
    RevealResponse,
    ReviewResponse,
    StaffResponse,
)
from proto.values import Key

M = TypeVar(
    "M",
    ApprovalResponse,
    TransactionResponse,
    DisburseLoanResponse,
    OpenLoanResponse,
    StaffResponse,
    NoteResponse,
    ReviewResponse,
    LetterResponse,
    AskRebuildResponse,
)
_ANSWERS = {**ANSWERS, **approval_answers.ANSWERS, **desk_answers.ANSWERS}
A = TypeVar("A")
Q = TypeVar("Q")


def intent_of(request: Message, rpc: str = "") -> Intent:
    """Read a request as what its caller intends. Raises Refused at the first wrong field.

    `rpc` is named where several take the same message.
    """
    caller = current_caller()
    return Intent(
        command=requests.read(request, caller.actor.actor_id, rpc),
        caller=caller,
        answer=_ANSWERS[type(request)],
        idempotency_key=fields.idempotency_key(getattr(request, "idempotency_key", "")),
        request_hash=requests.request_hash(caller.actor.actor_id, request, rpc),
    )


class Room:
    """The books, and the threads in which reads run so that the event loop never waits."""

    def __init__(self, books: Books, readers: ThreadPoolExecutor) -> None:
        self.books, self._readers = books, readers
        self.overview = Overview(books.journal)
        self.queries = Queries(books.journal, books.states, books.now)
        self.statements = StatementQueries(self.queries, books.now)
        self.totals = TotalsQueries(self.overview, books.now)
        self.arrears = ArrearsQueries(self.queries, self.overview, books.now)
        self.journal = JournalQueries(books.journal)
        self.reveals = Reveals(books.journal, books.vault)
        self.watching = Watching(books.journal, self.queries, readers)

    async def execute(self, intent: Intent) -> Reply:
        """Carry a command out."""
        return await self.books.writer.execute(intent)

    async def command(self, request: Message, answer_type: type[M], rpc: str = "") -> M:
        """Carry a command out and give its answer."""
        intent = intent_of(request, rpc)
        reply = await self.execute(intent)
        if isinstance(reply.message, answer_type):
            return reply.message
        response = answer_type.FromString(reply.response)
        await self._check_replay(response, intent.idempotency_key)
        response.idempotent_replay = reply.is_replay
        return response

    async def _check_replay(self, response: Message, key: str) -> None:
        """Hold an earlier answer against the journal. Raises Fault where it tells otherwise."""
        loop, told = asyncio.get_running_loop(), (self.books.journal, response, key)
        if not await loop.run_in_executor(self._readers, retelling.is_right, *told):
            raise Fault(
                "The answer that was kept under this key is not what the journal tells. Nothing "
                "was changed; let an administrator run `python -m ledger verify`."
            )

    def require(self, right: Right) -> None:
        """Refuse a caller who has no right. Nothing is read without one.

        A stream asks again before each answer: by then the token may be too old.
        """
        actor = current_caller().actor
        if self.books.now().timestamp() >= actor.expires_at:
            raise Refused(Refusal.NOT_SIGNED_IN, "Sign in again: the token has expired.")
        permissions_of(actor, self.books.directory.get).require(right)

    async def query(
        self, ask: Callable[[Q], A], request: Q, right: Right = Right.READ_ACCOUNTS
    ) -> A:
        """Answer a query in a reader's thread."""
        self.require(right)
        return await asyncio.get_running_loop().run_in_executor(self._readers, ask, request)

    async def reveal(self, request: RevealRequest) -> RevealResponse:
        """Open an event's free texts for who may read them: recorded first, answered then."""
        purpose = fields.free_text("purpose", request.purpose, required=True, length_max=200)
        sealed = await self.query(self.reveals.sealed, request.event_id, Right.REVEAL)
        texts = await self.query(self.reveals.opened, sealed, Right.REVEAL)
        caller = current_caller()
        reply = await self.execute(
            Intent(
                command=Reveal(
                    reader_id=Key(caller.actor.actor_id),
                    event_id=Key(request.event_id),
                    purpose=purpose,
                    customer_id=Key(sealed.customer_id),
                    text_names=tuple(sorted(texts)),
                ),
                caller=caller,
                answer=answers.revealed,
            )
        )
        response = RevealResponse.FromString(reply.response)
        response.texts.update(texts)
        return response


async def _not_built(_servicer: object, _request: object, _context: Context) -> None:
    raise Refused(
        Refusal.NOT_BUILT, "This ledger cannot do that yet. GetCapabilities tells what it can."
    )


not_built: Final[Any] = _not_built
"""Answers an rpc that the contract names and this ledger has not yet; fits any of them."""
