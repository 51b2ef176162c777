"""JournalService: the journal itself, read-only."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room, not_built
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import JournalServiceServicer


class JournalReads(JournalServiceServicer):
    """The way back for a reader that missed something."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def ReadJournal(
        self, request: pb.ReadJournalRequest, context: Context
    ) -> pb.ReadJournalResponse:
        return await self._room.query(self._room.queries.read_journal, request)

    GetStateAt = not_built
    GetSignedHead = not_built
    GetInclusionProof = not_built
    GetConsistencyProof = not_built
    Reveal = not_built
