"""The ledger as the command line reaches it: as the actor `system`, with its signed token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from embedded import keys
from proto import accounting_ledger_pb2 as ledger
from proto import accounting_ledger_pb2_grpc as ledger_grpc
from proto import servicing_pb2 as servicing
from proto import servicing_pb2_grpc as servicing_grpc
from proto.actor_token import METADATA_KEY, mint
from proto.values import Instant

ISSUER: Final = "command-line"
DESK: Final = "desk"
ACTOR: Final = "system"
TOKEN_AGE_MAX: Final = timedelta(minutes=2)
WRITE_SECONDS_MAX: Final = 45.0
TRIES_MAX: Final = 12
PAUSE_SECONDS_MAX: Final = 5.0
TRY_AGAIN: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
    }
)
"""The outcome is not known: the same key finds it out (ledger.md, table of statuses)."""

Call = Callable[..., Awaitable[Message]]


class BooksSaidNo(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The ledger refused a command; the text is its sentence."""

    def __init__(self, status: grpc.StatusCode, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Books:
    """One channel to the ledger; use it as an async context."""

    def __init__(self, address: str, keys_dir: Path, staff_id: str = "") -> None:
        """Act as `system`, or, with the desk's key, as one of the demo's staff."""
        self._issuer, self._actor = (DESK, staff_id) if staff_id else (ISSUER, ACTOR)
        self._key = keys.private_key(keys_dir, self._issuer)
        self._channel = grpc.aio.insecure_channel(address)
        self._calls = _calls(self._channel)
        self._token, self._minted = "", datetime.min.replace(tzinfo=UTC)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()

    async def send(self, request: Message, at: Instant | None = None) -> Message:
        """Carry out one command, said to be given at a time; its key makes a retry safe.

        Raises BooksSaidNo, or AioRpcError when the ledger stays away.
        """
        call = self._calls[type(request)]
        pause = 0.1
        for left in reversed(range(TRIES_MAX)):
            try:
                return await call(request, metadata=self._metadata(at), timeout=WRITE_SECONDS_MAX)
            except grpc.aio.AioRpcError as error:
                if error.code() not in TRY_AGAIN:
                    raise BooksSaidNo(error.code(), error.details() or "") from None
                if not left:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_SECONDS_MAX)
        raise AssertionError("the last try returns or raises")

    def _metadata(self, at: Instant | None) -> tuple[tuple[str, str], ...]:
        now = datetime.now(UTC)
        if now - self._minted > TOKEN_AGE_MAX:
            self._token = mint(
                self._key,
                issuer=self._issuer,
                actor_id=self._actor,
                session_id="command-line",
                now=now,
            )
            self._minted = now
        proof = (METADATA_KEY, f"Bearer {self._token}")
        return (proof,) if at is None else (proof, ("x-demo-time", str(at)))


def _calls(channel: grpc.aio.Channel) -> Mapping[type[Message], Call]:
    """Name the rpc that takes each request."""
    books = ledger_grpc.AccountingLedgerServiceStub(channel)
    loans = servicing_grpc.LoanServiceStub(channel)
    staff = servicing_grpc.StaffServiceStub(channel)
    previews = servicing_grpc.PreviewServiceStub(channel)
    approvals = servicing_grpc.ApprovalServiceStub(channel)
    operations = servicing_grpc.OperationsServiceStub(channel)
    calls: dict[type[Message], Any] = {
        servicing.OpenLoanRequest: loans.OpenLoan,
        ledger.DisburseLoanRequest: books.DisburseLoan,
        ledger.RecordRepaymentRequest: books.RecordRepayment,
        ledger.ApplyLateFeeRequest: books.ApplyLateFee,
        ledger.WaiveFeeRequest: books.WaiveFee,
        servicing.CreateStaffRequest: staff.Create,
        servicing.HealthRequest: operations.Health,
        servicing.PreviewRequest: previews.Preview,
        ledger.GetBalanceRequest: books.GetBalance,
        ledger.GetTransactionsRequest: books.GetTransactions,
        servicing.RequestApprovalRequest: approvals.Request,
        servicing.GetApprovalRequest: approvals.Get,
        servicing.DecideApprovalRequest: approvals.Approve,
        servicing.CancelApprovalRequest: approvals.Cancel,
        servicing.EnrolKeyRequest: staff.EnrolKey,
        servicing.RevokeKeyRequest: staff.RevokeKey,
        servicing.RunEndOfDayRequest: operations.RunEndOfDay,
    }
    return cast("Mapping[type[Message], Call]", calls)
