"""OperationsService: how the ledger is doing, and the end of the day."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.domain.business_day import business_date
from ledger.domain.rights import Right
from ledger.end_of_day import EndOfDay
from ledger.rpc import answers, fields
from ledger.rpc.interceptors import Context, current_caller
from ledger.rpc.room import Room, intent_of
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import OperationsServiceServicer


class Operations(OperationsServiceServicer):
    """Health in detail, the read-only switch, and what is run from the command line."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._end_of_day = EndOfDay(room.books, room.overview)
        self._started_at = room.books.now()

    async def SetReadOnly(
        self, request: pb.SetReadOnlyRequest, context: Context
    ) -> pb.HealthResponse:
        await self._room.execute(intent_of(request))
        return await self._room.query(self._health, pb.HealthRequest())

    async def OpenLetter(
        self, request: pb.OpenLetterRequest, context: Context
    ) -> pb.LetterResponse:
        return await self._room.command(request, pb.LetterResponse)

    async def ReplayLetter(
        self, request: pb.ReplayLetterRequest, context: Context
    ) -> pb.LetterResponse:
        return await self._room.command(request, pb.LetterResponse)

    async def ResolveLetter(
        self, request: pb.ResolveLetterRequest, context: Context
    ) -> pb.LetterResponse:
        return await self._room.command(request, pb.LetterResponse)

    async def AskRebuild(
        self, request: pb.AskRebuildRequest, context: Context
    ) -> pb.AskRebuildResponse:
        return await self._room.command(request, pb.AskRebuildResponse)

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
            started_at=answers.timestamp(self._started_at),
            business_date=business_date(now).isoformat(),
        )

    async def RunEndOfDay(
        self, request: pb.RunEndOfDayRequest, context: Context
    ) -> pb.RunEndOfDayResponse:
        self._room.require(Right.END_DAY)
        asked = fields.calendar_date("business_date", request.business_date)
        return await self._end_of_day.run(current_caller(), asked.as_date() if asked else None)
