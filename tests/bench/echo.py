"""A bare gRPC server that answers every repayment with a fixed message: the ceiling."""

import asyncio
import sys

import grpc

from proto import accounting_ledger_pb2 as wire
from proto import accounting_ledger_pb2_grpc as rpc

ANSWER = wire.TransactionResponse(
    transaction=wire.Transaction(
        transaction_id="TXN-0000000000000000",
        loan_account_id="acc-000001",
        principal_after="100.00",
        total_after="100.00",
        description="Repayment",
    ),
    event_id="acc-000001:7",
)


class Echo(rpc.AccountingLedgerServiceServicer):
    """Answers without looking."""

    async def RecordRepayment(  # noqa: N802, D102 - gRPC's name
        self, request: wire.RecordRepaymentRequest, context: object
    ) -> wire.TransactionResponse:
        _ = request, context
        return ANSWER


async def serve(address: str) -> None:
    """Listen until killed."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    rpc.add_AccountingLedgerServiceServicer_to_server(Echo(), server)  # type: ignore[abstract]
    server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
