"""Receipts of decided requests, for who asked, who may decide, and who looks after."""

from ledger.commands.request_steps import status_at
from ledger.domain.request import Request
from ledger.domain.rights import Right
from ledger.errors import Refusal, Refused
from ledger.proof.receipt import NotDecided, receipt_of
from ledger.rpc import fields
from ledger.rpc.interceptors import current_caller
from ledger.rpc.room import Room
from proto import servicing_pb2 as pb
from proto import subjects


class Receipts:
    """Reads what is committed; the head in a receipt is the newest."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def receipt(self, request: pb.GetReceiptRequest) -> pb.GetReceiptResponse:
        """Give a receipt. Refused: not the caller's to see, no such request, not decided."""
        request_id = fields.identifier("request_id", request.request_id)
        asked = await self._room.query(self._asked, request_id)
        if asked is None or asked.requested_by != current_caller().actor.actor_id:
            self._room.require(Right.READ_RECEIPTS)
        if asked is None:
            raise Refused(
                Refusal.NO_SUCH_REQUEST,
                f"The ledger has no request {request_id}.",
                field="request_id",
            )
        return await self._room.query(self._receipt, asked)

    def _asked(self, request_id: str) -> Request | None:
        found = self._room.books.states.load(f"{subjects.REQUEST}{request_id}")
        return found if isinstance(found, Request) else None

    def _receipt(self, asked: Request) -> pb.GetReceiptResponse:
        try:
            written = receipt_of(self._room.books.journal, asked.request_id)
        except NotDecided:
            status = status_at(asked, self._room.books.now())
            raise Refused(
                Refusal.REQUEST_NOT_DECIDED,
                f"The request is {status}: a receipt is there only of what somebody has "
                "approved or rejected.",
                field="request_id",
            ) from None
        return pb.GetReceiptResponse(receipt_json=written)
