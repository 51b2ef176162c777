"""NoteService and ReviewService: what people add to the books without moving money."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import NoteServiceServicer, ReviewServiceServicer


class Notes(NoteServiceServicer):
    """Notes about a customer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def AddNote(self, request: pb.AddNoteRequest, context: Context) -> pb.NoteResponse:
        return await self._room.command(request, pb.NoteResponse)

    async def AmendNote(self, request: pb.AmendNoteRequest, context: Context) -> pb.NoteResponse:
        return await self._room.command(request, pb.NoteResponse)


class Reviews(ReviewServiceServicer):
    """Marks of those who audit."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def MarkVerified(
        self, request: pb.MarkVerifiedRequest, context: Context
    ) -> pb.ReviewResponse:
        return await self._room.command(request, pb.ReviewResponse)

    async def QueryItem(self, request: pb.QueryItemRequest, context: Context) -> pb.ReviewResponse:
        return await self._room.command(request, pb.ReviewResponse)
