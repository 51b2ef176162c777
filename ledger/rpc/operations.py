"""OperationsService: how the ledger is doing."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.domain.business_day import business_date
from ledger.rpc import answers
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room, intent_of, not_built
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import OperationsServiceServicer


class Operations(OperationsServiceServicer):
    """Health in detail, and the read-only switch."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def SetReadOnly(
        self, request: pb.SetReadOnlyRequest, context: Context
    ) -> pb.HealthResponse:
        await self._room.execute(intent_of(request))
        return await self._room.query(self._health, pb.HealthRequest())

    async def Health(self, request: pb.HealthRequest, context: Context) -> pb.HealthResponse:
        return await self._room.query(self._health, request)

    def _health(self, _request: pb.HealthRequest) -> pb.HealthResponse:
        books, now = self._room.books, self._room.books.now()
        publisher = books.publisher
        return pb.HealthResponse(
            read_only=books.registers.switch.is_read_only,
            journal_position=books.journal.head().position,
            published_position=0 if publisher is None else publisher.published_position,
            publisher_connected=publisher is not None and publisher.is_connected,
            escrow_size=books.escrow.size,
            escrow_connected=books.escrow.is_connected,
            as_of=answers.timestamp(now),
            business_date=business_date(now).isoformat(),
        )

    RunEndOfDay = not_built
