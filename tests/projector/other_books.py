"""A ledger that tells the same events as the real one, and other balances."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from proto.accounting_ledger_pb2 import EventHistoryResponse, GetEventHistoryRequest
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2 import GetStateAtRequest, GetStateAtResponse
from proto.servicing_pb2_grpc import JournalServiceStub
from tests.ports import free_port


class OtherBooks:
    """The same events as the ledger's, and other balances: as if both folds were wrong."""

    def __init__(self, address: str) -> None:
        channel = grpc.insecure_channel(address)
        self._accounts, self._journal = (
            AccountingLedgerServiceStub(channel),
            JournalServiceStub(channel),
        )

    def history(
        self, request: GetEventHistoryRequest, context: grpc.ServicerContext
    ) -> EventHistoryResponse:
        """Pass the question on."""
        token = tuple(context.invocation_metadata())
        return self._accounts.GetEventHistory(request, metadata=token)

    def state_at(
        self, request: GetStateAtRequest, context: grpc.ServicerContext
    ) -> GetStateAtResponse:
        """Pass the question on, and answer with another balance."""
        token = tuple(context.invocation_metadata())
        answer = self._journal.GetStateAt(request, metadata=token)
        answer.balances.principal = "0.01"
        return answer

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Answer, and give the address."""
        address = f"127.0.0.1:{free_port()}"
        server = grpc.server(ThreadPoolExecutor(2))
        for path, answer, request in (
            (
                "ledger.v1.AccountingLedgerService/GetEventHistory",
                self.history,
                GetEventHistoryRequest,
            ),
            ("servicing.v1.JournalService/GetStateAt", self.state_at, GetStateAtRequest),
        ):
            service, name = f"billie.{path}".split("/")
            method: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(
                answer,
                request_deserializer=request.FromString,
                response_serializer=lambda each: each.SerializeToString(),
            )
            handler = grpc.method_handlers_generic_handler(service, {name: method})
            server.add_generic_rpc_handlers((handler,))
        server.add_insecure_port(address)
        server.start()
        yield address
        server.stop(None).wait()
