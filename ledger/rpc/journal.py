"""JournalService: the journal itself, and the free texts that it holds sealed."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.domain.rights import Right
from ledger.rpc.interceptors import Context
from ledger.rpc.proofs import Proofs
from ledger.rpc.room import Room
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import JournalServiceServicer


class JournalReads(JournalServiceServicer):
    """The way back for a reader that missed something."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._proofs = Proofs(room.books.journal)

    async def ReadJournal(
        self, request: pb.ReadJournalRequest, context: Context
    ) -> pb.ReadJournalResponse:
        return await self._room.query(self._room.journal.read_journal, request, Right.READ_JOURNAL)

    async def GetStateAt(
        self, request: pb.GetStateAtRequest, context: Context
    ) -> pb.GetStateAtResponse:
        return await self._room.query(self._room.journal.state_at, request, Right.READ_JOURNAL)

    async def GetSignedHead(
        self, request: pb.GetSignedHeadRequest, context: Context
    ) -> pb.SignedHead:
        return await self._room.query(self._proofs.signed_head, request)

    async def GetInclusionProof(
        self, request: pb.GetInclusionProofRequest, context: Context
    ) -> pb.InclusionProof:
        return await self._room.query(self._proofs.inclusion, request)

    async def GetConsistencyProof(
        self, request: pb.GetConsistencyProofRequest, context: Context
    ) -> pb.ConsistencyProof:
        return await self._room.query(self._proofs.consistency, request)

    async def Reveal(self, request: pb.RevealRequest, context: Context) -> pb.RevealResponse:
        return await self._room.reveal(request)
