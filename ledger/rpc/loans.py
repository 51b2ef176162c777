"""LoanService: what happens to a loan, beyond the common contract."""

# ruff: noqa: N802, D102, ARG002 - each rpc is named and told in the .proto, as is its signature
from ledger.domain.rights import Right
from ledger.rpc.interceptors import Context
from ledger.rpc.room import Room
from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2 import GetBalanceResponse
from proto.servicing_pb2_grpc import LoanServiceServicer


class Loans(LoanServiceServicer):
    """Opening loans, write-offs and what comes after them, reversals, corrections."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def OpenLoan(self, request: pb.OpenLoanRequest, context: Context) -> pb.OpenLoanResponse:
        return await self._room.command(request, pb.OpenLoanResponse)

    async def TrialBalance(
        self, request: pb.TrialBalanceRequest, context: Context
    ) -> pb.TrialBalanceResponse:
        return await self._room.query(self._room.totals.trial_balance, request, Right.READ_TOTALS)

    async def GetBalanceAt(
        self, request: pb.GetBalanceAtRequest, context: Context
    ) -> GetBalanceResponse:
        return await self._room.query(self._room.statements.balance_at, request)

    async def UndoWriteOff(
        self, request: pb.UndoWriteOffRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)

    async def RecordRecovery(
        self, request: pb.RecordRecoveryRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)

    async def RefundOverpayment(
        self, request: pb.RefundOverpaymentRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)

    async def ReverseTransaction(
        self, request: pb.ReverseTransactionRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)

    async def CorrectPayment(
        self, request: pb.CorrectPaymentRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)

    async def IssueCorrection(
        self, request: pb.IssueCorrectionRequest, context: Context
    ) -> ledger_pb.TransactionResponse:
        return await self._room.command(request, ledger_pb.TransactionResponse)
