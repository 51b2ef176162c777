"""AccountingLedgerService: the contract that other ledgers speak too."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from collections.abc import AsyncIterator

from ledger.domain.rights import Right
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room
from proto import accounting_ledger_pb2 as pb
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceServicer


class Accounting(AccountingLedgerServiceServicer):
    """Commands and queries on loan accounts."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def RecordRepayment(
        self, request: pb.RecordRepaymentRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def ApplyLateFee(
        self, request: pb.ApplyLateFeeRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def ApplyDishonourFee(
        self, request: pb.ApplyDishonourFeeRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def WaiveFee(
        self, request: pb.WaiveFeeRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def WriteOff(
        self, request: pb.WriteOffRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def MakeAdjustment(
        self, request: pb.MakeAdjustmentRequest, context: Context
    ) -> pb.TransactionResponse:
        return await self._room.command(request, pb.TransactionResponse)

    async def DisburseLoan(
        self, request: pb.DisburseLoanRequest, context: Context
    ) -> pb.DisburseLoanResponse:
        return await self._room.command(request, pb.DisburseLoanResponse)

    async def GetTransactions(
        self, request: pb.GetTransactionsRequest, context: Context
    ) -> pb.GetTransactionsResponse:
        return await self._room.query(self._room.queries.transactions, request)

    async def GetBalance(
        self, request: pb.GetBalanceRequest, context: Context
    ) -> pb.GetBalanceResponse:
        return await self._room.query(self._room.queries.balance, request)

    async def GetLedgerRecord(
        self, request: pb.GetLedgerRecordRequest, context: Context
    ) -> pb.LedgerRecordResponse:
        return await self._room.query(self._room.queries.ledger_record, request)

    async def GetScheduleWithStatus(
        self, request: pb.GetScheduleWithStatusRequest, context: Context
    ) -> pb.ScheduleWithStatusResponse:
        return await self._room.query(self._room.queries.schedule, request)

    async def GetEventHistory(
        self, request: pb.GetEventHistoryRequest, context: Context
    ) -> pb.EventHistoryResponse:
        return await self._room.query(self._room.journal.event_history, request, Right.READ_JOURNAL)

    async def GetStatement(
        self, request: pb.GetStatementRequest, context: Context
    ) -> pb.StatementResponse:
        return await self._room.query(self._room.statements.statement, request)

    async def WatchTransactions(
        self, request: pb.WatchTransactionsRequest, context: Context
    ) -> AsyncIterator[pb.Transaction]:
        self._room.require(Right.READ_ACCOUNTS)
        async for each in self._room.watching.transactions(request):
            self._room.require(Right.READ_ACCOUNTS)  # not with an old token, nor disabled since
            yield each

    async def GetPortfolioSummary(
        self, request: pb.GetPortfolioSummaryRequest, context: Context
    ) -> pb.PortfolioSummaryResponse:
        return await self._room.query(self._room.totals.portfolio, request, Right.READ_TOTALS)

    async def GetGLReconciliation(
        self, request: pb.GetGLReconciliationRequest, context: Context
    ) -> pb.GLReconciliationResponse:
        return await self._room.query(self._room.totals.reconciliation, request, Right.READ_TOTALS)

    async def GetAccountAging(
        self, request: pb.GetAccountAgingRequest, context: Context
    ) -> pb.AccountAgingResponse:
        return await self._room.query(self._room.arrears.ageing, request)

    async def GetOverdueAccounts(
        self, request: pb.GetOverdueAccountsRequest, context: Context
    ) -> pb.OverdueAccountsResponse:
        return await self._room.query(self._room.arrears.overdue, request)
