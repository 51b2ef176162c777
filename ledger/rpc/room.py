"""What all servicers share: how a command and a query get from the wire to the books."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from google.protobuf.message import Message

from ledger.books import Books
from ledger.decision import Intent
from ledger.errors import Refusal, Refused
from ledger.rpc import fields
from ledger.rpc.answers import ANSWERS
from ledger.rpc.interceptors import Context, current_caller
from ledger.rpc.queries import Queries
from ledger.rpc.requests import READERS, request_hash
from proto.accounting_ledger_pb2 import DisburseLoanResponse, TransactionResponse
from proto.servicing_pb2 import OpenLoanResponse, StaffResponse

M = TypeVar("M", TransactionResponse, DisburseLoanResponse, OpenLoanResponse, StaffResponse)
A = TypeVar("A")
Q = TypeVar("Q")


def intent_of(request: Message) -> Intent:
    """Read a request as what its caller intends. Raises Refused at the first wrong field."""
    caller = current_caller()
    return Intent(
        command=READERS[type(request)](request),
        caller=caller,
        answer=ANSWERS[type(request)],
        idempotency_key=fields.idempotency_key(getattr(request, "idempotency_key", "")),
        request_hash=request_hash(caller.actor.actor_id, request),
    )


class Room:
    """The books, and the threads in which reads run so that the event loop never waits."""

    def __init__(self, books: Books, readers: ThreadPoolExecutor) -> None:
        self.books, self._readers = books, readers
        self.queries = Queries(books.journal, books.states, books.now)

    async def command(self, request: Message, answer_type: type[M]) -> M:
        """Carry a command out and give its answer."""
        reply = await self.books.writer.execute(intent_of(request))
        response = answer_type.FromString(reply.response)
        response.idempotent_replay = reply.is_replay
        return response

    async def query(self, ask: Callable[[Q], A], request: Q) -> A:
        """Answer a query in a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, ask, request)


async def _not_built(_servicer: object, _request: object, _context: Context) -> None:
    raise Refused(
        Refusal.NOT_BUILT, "This ledger cannot do that yet. GetCapabilities tells what it can."
    )


not_built: Final[Any] = _not_built
"""Answers an rpc that the contract names and this ledger has not yet; fits any of them."""
