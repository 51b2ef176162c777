"""Calls to a ledger as one actor, by gRPC, as every other part makes them."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, cast

import grpc
from google.rpc.status_pb2 import Status as RichStatus  # type: ignore[import-untyped]

from proto import accounting_ledger_pb2 as ledger_pb
from proto import actor_token
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2_grpc import (
    ApprovalServiceStub,
    JournalServiceStub,
    LoanServiceStub,
    OperationsServiceStub,
    PreviewServiceStub,
    StaffServiceStub,
)
from tests.keys import token_for
from tests.loan_requests import new_key, open_loan_request

CALL_SECONDS_MAX: Final = 45.0
CHANNEL_OPTIONS: Final = (
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 200),
)
"""A ledger that was killed is started again at once; nobody waits seconds to see it."""

Metadata = tuple[tuple[str, str], ...]


class Caller:
    """Calls a ledger as one actor. `stub.Method(request, metadata=caller.metadata())`."""

    def __init__(self, address: str, keys_dir: Path, actor_id: str) -> None:
        self.actor_id, self._keys_dir = actor_id, keys_dir
        self._connect(grpc.insecure_channel(address, CHANNEL_OPTIONS))
        self._token = token_for(keys_dir, actor_id)
        self._minted_at = time.monotonic()

    def _connect(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.accounting = AccountingLedgerServiceStub(channel)
        self.loans = LoanServiceStub(channel)
        self.previews = PreviewServiceStub(channel)
        self.approvals = ApprovalServiceStub(channel)
        self.staff = StaffServiceStub(channel)
        self.journal = JournalServiceStub(channel)
        self.operations = OperationsServiceStub(channel)

    def pass_through(self, interceptor: grpc.UnaryUnaryClientInterceptor) -> None:
        """Let somebody see every call from now on."""
        self._connect(grpc.intercept_channel(self.channel, interceptor))

    def metadata(self, at: datetime | None = None) -> Metadata:
        """Give the call's metadata, with the demo clock at `at`; the token is kept fresh."""
        if time.monotonic() - self._minted_at > 120:
            self._token, self._minted_at = (
                token_for(self._keys_dir, self.actor_id),
                time.monotonic(),
            )
        fields = ((actor_token.METADATA_KEY, f"Bearer {self._token}"),)
        return fields if at is None else (*fields, ("x-demo-time", at.isoformat()))

    def open_loan(
        self, request: pb.OpenLoanRequest | None = None, at: datetime | None = None
    ) -> str:
        """Open a loan account and give its id."""
        request = request or open_loan_request()
        self.loans.OpenLoan(request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX)
        return request.loan_account_id

    def disburse(self, account_id: str, amount: str = "500.00", at: datetime | None = None) -> None:
        """Pay a loan out."""
        self.accounting.DisburseLoan(
            ledger_pb.DisburseLoanRequest(
                loan_account_id=account_id, disbursement_amount=amount, idempotency_key=new_key()
            ),
            metadata=self.metadata(at),
            timeout=CALL_SECONDS_MAX,
        )

    def active_loan(
        self, request: pb.OpenLoanRequest | None = None, at: datetime | None = None
    ) -> str:
        """Open a loan, pay it out, and give the account's id."""
        request = request or open_loan_request()
        self.open_loan(request, at)
        self.disburse(request.loan_account_id, request.loan_amount, at)
        return request.loan_account_id

    def repay(
        self, account_id: str, amount: str, at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Record a repayment."""
        request = ledger_pb.RecordRepaymentRequest(
            loan_account_id=account_id,
            amount=amount,
            **{"idempotency_key": new_key(), **fields},  # type: ignore[arg-type] # fields of the request
        )
        return self.accounting.RecordRepayment(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def late_fee(
        self, account_id: str, amount: str = "15.00", at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Charge a late fee."""
        request = ledger_pb.ApplyLateFeeRequest(
            loan_account_id=account_id,
            fee_amount=amount,
            **{"days_past_due": 1, "idempotency_key": new_key(), **fields},  # type: ignore[arg-type] # the same
        )
        return self.accounting.ApplyLateFee(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def waive(
        self, account_id: str, amount: str, at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Waive a fee, approved by who acts."""
        request = ledger_pb.WaiveFeeRequest(
            loan_account_id=account_id,
            waiver_amount=amount,
            **{  # type: ignore[arg-type] # the same
                "reason": "as a courtesy",
                "reason_code": "courtesy",
                "approved_by": self.actor_id,
                "idempotency_key": new_key(),
                **fields,
            },
        )
        return self.accounting.WaiveFee(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def dishonour_fee(
        self, account_id: str, amount: str = "10.00", at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Charge a dishonour fee."""
        request = ledger_pb.ApplyDishonourFeeRequest(
            loan_account_id=account_id,
            fee_amount=amount,
            **{"idempotency_key": new_key(), **fields},  # type: ignore[arg-type] # the same
        )
        return self.accounting.ApplyDishonourFee(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def adjust(
        self, account_id: str, principal_delta: str, fee_delta: str = "", **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Set a balance right, approved by who acts."""
        request = ledger_pb.MakeAdjustmentRequest(
            loan_account_id=account_id,
            principal_delta=principal_delta,
            fee_delta=fee_delta,
            **self._approved(fields),  # type: ignore[arg-type] # the same
        )
        return self.accounting.MakeAdjustment(
            request, metadata=self.metadata(), timeout=CALL_SECONDS_MAX
        )

    def refund(
        self, account_id: str, amount: str, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Pay an overpayment back, approved by who acts."""
        request = pb.RefundOverpaymentRequest(
            loan_account_id=account_id,
            amount=amount,
            **self._approved(fields),  # type: ignore[arg-type] # the same
        )
        return self.loans.RefundOverpayment(
            request, metadata=self.metadata(), timeout=CALL_SECONDS_MAX
        )

    def write_off(self, account_id: str, **fields: object) -> ledger_pb.TransactionResponse:
        """Write a loan off, approved by who acts: which nobody may."""
        request = ledger_pb.WriteOffRequest(
            loan_account_id=account_id,
            **self._approved(fields),  # type: ignore[arg-type] # the same
        )
        return self.accounting.WriteOff(request, metadata=self.metadata(), timeout=CALL_SECONDS_MAX)

    def undo_write_off(self, account_id: str, **fields: object) -> ledger_pb.TransactionResponse:
        """Take a write-off back, approved by who acts: which nobody may."""
        request = pb.UndoWriteOffRequest(
            loan_account_id=account_id,
            **self._approved(fields),  # type: ignore[arg-type] # the same
        )
        return self.loans.UndoWriteOff(request, metadata=self.metadata(), timeout=CALL_SECONDS_MAX)

    def recover(
        self, account_id: str, amount: str, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Record a recovery, approved by who acts: which nobody may."""
        request = pb.RecordRecoveryRequest(
            loan_account_id=account_id,
            amount=amount,
            **self._approved(fields),  # type: ignore[arg-type] # the same
        )
        return self.loans.RecordRecovery(
            request, metadata=self.metadata(), timeout=CALL_SECONDS_MAX
        )

    def _approved(self, fields: dict[str, object]) -> dict[str, object]:
        """Give the fields of a command that somebody answers for."""
        return {
            "reason": "as agreed",
            "approved_by": self.actor_id,
            "idempotency_key": new_key(),
            **fields,
        }

    def balance(self, account_id: str) -> ledger_pb.GetBalanceResponse:
        """Ask what is owed."""
        return self.accounting.GetBalance(
            ledger_pb.GetBalanceRequest(loan_account_id=account_id),
            metadata=self.metadata(),
            timeout=CALL_SECONDS_MAX,
        )

    def create_staff(
        self,
        staff_id: str,
        roles: list[str],
        display_name: str = "A Person",
        limits: Mapping[str, str] | None = None,
        username: str = "",
    ) -> pb.StaffResponse:
        """Create a staff member."""
        return self.staff.Create(
            pb.CreateStaffRequest(
                staff_id=staff_id,
                username=username or staff_id,
                display_name=display_name,
                roles=roles,
                limits=limits or {},
                idempotency_key=new_key(),
            ),
            metadata=self.metadata(),
            timeout=CALL_SECONDS_MAX,
        )

    def disable_staff(self, staff_id: str) -> pb.StaffResponse:
        """Disable a staff member."""
        return self.staff.Disable(
            pb.DisableStaffRequest(staff_id=staff_id, idempotency_key=new_key()),
            metadata=self.metadata(),
            timeout=CALL_SECONDS_MAX,
        )

    def entries(self) -> list[pb.JournalEntry]:
        """Read the whole journal."""
        found: list[pb.JournalEntry] = []
        while True:
            position = found[-1].position if found else 0
            page = self.journal.ReadJournal(
                pb.ReadJournalRequest(from_position=position, limit=1000),
                metadata=self.metadata(),
                timeout=CALL_SECONDS_MAX,
            )
            found.extend(page.entries)
            if not page.entries:
                return found

    def close(self) -> None:
        """Close the connection."""
        self.channel.close()


def refusal_of(error: grpc.RpcError) -> pb.RefusalDetail:
    """Read the details of a refused call; empty when it was no refusal."""
    found = pb.RefusalDetail()
    metadata = cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ())
    for name, value in metadata:
        if name == "grpc-status-details-bin":
            RichStatus.FromString(value).details[0].Unpack(found)
    return found
