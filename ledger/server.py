"""The gRPC server: servicers, guards and the health service, behind a wire of its own process."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from ledger.books import Books
from ledger.relay.server import RelayServer
from ledger.rpc.accounting import Accounting
from ledger.rpc.approvals import Approvals
from ledger.rpc.desk import Notes, Reviews
from ledger.rpc.interceptors import DEMO_TIME_KEY, ActorGuard, ErrorGuard, GuardedServer
from ledger.rpc.journal import JournalReads
from ledger.rpc.loans import Loans
from ledger.rpc.operations import Operations
from ledger.rpc.previews import Previews
from ledger.rpc.room import Room, not_built
from ledger.rpc.staff import StaffMembers
from ledger.settings import Settings
from proto import accounting_ledger_pb2, accounting_ledger_pb2_grpc, actor_token, servicing_pb2
from proto import servicing_pb2_grpc as servicing_grpc

READERS: Final = 2
GRACE_SECONDS: Final = 10.0

_SERVICES: Final[dict[type[object], ServiceDescriptor]] = {
    Accounting: accounting_ledger_pb2.DESCRIPTOR.services_by_name["AccountingLedgerService"],
    **{
        servicer: servicing_pb2.DESCRIPTOR.services_by_name[name]
        for servicer, name in (
            (Loans, "LoanService"),
            (Previews, "PreviewService"),
            (Approvals, "ApprovalService"),
            (StaffMembers, "StaffService"),
            (Notes, "NoteService"),
            (Reviews, "ReviewService"),
            (JournalReads, "JournalService"),
            (Operations, "OperationsService"),
        )
    },
}
"""Servicer to the service that it answers for."""


class CannotListen(Exception):  # noqa: N818 - the reason is the name
    """The address is taken or not ours."""


def capabilities() -> list[str]:
    """Name every rpc that is here, `package.Service/Method`."""
    return sorted(
        f"{service.full_name}/{method.name}"
        for servicer, service in _SERVICES.items()
        for method in service.methods
        if getattr(servicer, method.name) is not not_built
    )


class LedgerServer:
    """Listens, answers, ends; healthy only in between."""

    def __init__(self, settings: Settings, books: Books) -> None:
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")
        self._health = health.aio.HealthServicer()
        self._listen = settings.listen
        self._server = RelayServer(_methods(), (actor_token.METADATA_KEY, DEMO_TIME_KEY))
        self._guards = (ErrorGuard(), ActorGuard(settings.public_keys(), books))
        self._room = Room(books, self._readers)
        self._add_servicers(self._room)
        self.broken = self._server.gone
        """Set when the wire is gone, also when `stop` took it away."""

    def _add_servicers(self, room: Room) -> None:
        bare: Any = self._server
        server: Any = GuardedServer(bare, *self._guards)
        accounting_ledger_pb2_grpc.add_AccountingLedgerServiceServicer_to_server(
            Accounting(room), server
        )
        servicing_grpc.add_LoanServiceServicer_to_server(Loans(room), server)
        servicing_grpc.add_PreviewServiceServicer_to_server(Previews(room, capabilities()), server)
        servicing_grpc.add_ApprovalServiceServicer_to_server(Approvals(room), server)
        servicing_grpc.add_StaffServiceServicer_to_server(StaffMembers(room), server)
        servicing_grpc.add_NoteServiceServicer_to_server(Notes(room), server)
        servicing_grpc.add_ReviewServiceServicer_to_server(Reviews(room), server)
        servicing_grpc.add_JournalServiceServicer_to_server(JournalReads(room), server)
        servicing_grpc.add_OperationsServiceServicer_to_server(Operations(room), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, bare)

    async def start(self) -> int:
        """Listen; healthy from here on. Gives the port. Raises CannotListen."""
        port = await self._server.listen(self._listen)
        if not port:
            raise CannotListen(
                f"LEDGER_LISTEN: cannot listen on {self._listen}; it is taken. "
                "Stop what listens there, or set another address."
            )
        await self._tell_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        self._room.overview.start()
        self._room.watching.start(self._room.books.committed)
        await self._server.start()
        await self._tell_health(health_pb2.HealthCheckResponse.SERVING)
        return port

    async def stop(self) -> None:
        """Take no more calls, finish those that run."""
        await self._tell_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._room.watching.close()
        await self._server.stop(GRACE_SECONDS)
        self._room.overview.close()
        self._readers.shutdown()

    async def _tell_health(self, status: Any) -> None:  # noqa: ANN401 - an enum of generated code
        for name in _service_names():
            await self._health.set(name, status)


def _methods() -> dict[str, bool]:
    """Give every rpc as the wire names it, and whether it answers with a stream."""
    health_service: Any = health_pb2.DESCRIPTOR.services_by_name["Health"]
    services = [*_SERVICES.values(), health_service]
    return {
        f"/{service.full_name}/{method.name}": method.server_streaming
        for service in services
        for method in service.methods
    }


def _service_names() -> Iterable[str]:
    yield ""
    for service in _SERVICES.values():
        yield service.full_name
