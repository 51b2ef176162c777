"""ApprovalService: requests that somebody else decides."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.rpc.approval_queries import ApprovalQueries
from ledger.rpc.interceptors import Context, current_caller
from ledger.rpc.receipts import Receipts
from ledger.rpc.room import Room
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import ApprovalServiceServicer


class Approvals(ApprovalServiceServicer):
    """The four-eyes rule."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._receipts = Receipts(room)
        self._queries = ApprovalQueries(room.books)

    async def Request(
        self, request: pb.RequestApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse)

    async def Approve(
        self, request: pb.DecideApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse, "Approve")

    async def Reject(
        self, request: pb.DecideApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse, "Reject")

    async def Return(
        self, request: pb.DecideApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse, "Return")

    async def Resubmit(
        self, request: pb.ResubmitApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse)

    async def Cancel(
        self, request: pb.CancelApprovalRequest, context: Context
    ) -> pb.ApprovalResponse:
        return await self._room.command(request, pb.ApprovalResponse)

    async def Get(self, request: pb.GetApprovalRequest, context: Context) -> pb.ApprovalResponse:
        return await self._room.query(self._queries.get, (current_caller(), request))

    async def GetReceipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        return await self._receipts.receipt(request)
