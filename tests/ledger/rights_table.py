"""roles.md as the ledger enforces it: every rpc, a request of it, and a cell for everybody.

✓ may, R may ask somebody else to approve it, - may not.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.message import Message

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import open_loan_request

ACTORS: Final = (
    "staff-support",
    "staff-supervisor",
    "staff-compliance",
    "staff-analyst",
    "staff-admin",
    "system",
    "projector",
)
"""The columns: the roles, then the command line and the projector."""

NOBODYS: Final[dict[str, Any]] = {"loan_account_id": "LA-none"}


@dataclass(frozen=True)
class Row:
    """An rpc with a request whose fields are right, and who may call it."""

    rpc: str
    cells: str
    request: Message


def _decision() -> pb.DecideApprovalRequest:
    return pb.DecideApprovalRequest(
        request_id="REQ-none",
        comment="looked at it well",
        comment_salt=bytes(16),
        decided_at=datetime.now(UTC).isoformat(),
        key_id="none",
        account_version=1,
    )


def _new_person() -> pb.CreateStaffRequest:
    staff_id = f"p-{uuid.uuid4().hex[:12]}"
    return pb.CreateStaffRequest(
        staff_id=staff_id, username=staff_id, display_name="A Person", roles=["analyst"]
    )


def rows() -> tuple[Row, ...]:
    """Give the table; its requests are new each time, and meet nothing that is there."""
    ledger, loans = "AccountingLedgerService/", "LoanService/"
    #                       support supervisor compliance analyst admin system projector
    return (
        Row(
            ledger + "RecordRepayment",
            "✓✓---✓-",
            ledger_pb.RecordRepaymentRequest(**NOBODYS, amount="1.00"),
        ),
        Row(
            ledger + "ApplyLateFee",
            "✓✓---✓-",
            ledger_pb.ApplyLateFeeRequest(**NOBODYS, fee_amount="1.00", days_past_due=1),
        ),
        Row(
            ledger + "ApplyDishonourFee",
            "✓✓---✓-",
            ledger_pb.ApplyDishonourFeeRequest(**NOBODYS, fee_amount="1.00"),
        ),
        Row(
            ledger + "DisburseLoan",
            "✓✓---✓-",
            ledger_pb.DisburseLoanRequest(**NOBODYS, disbursement_amount="1.00"),
        ),
        Row(
            ledger + "WaiveFee",
            "✓✓-----",
            ledger_pb.WaiveFeeRequest(
                **NOBODYS, waiver_amount="1.00", reason="a test", reason_code="courtesy"
            ),
        ),
        Row(loans + "OpenLoan", "-----✓-", open_loan_request()),
        *_above_the_desk(),
        *_approvals(),
        *_people(),
        *_reads(),
    )


def _above_the_desk() -> tuple[Row, ...]:
    ledger, loans = "AccountingLedgerService/", "LoanService/"
    return (
        Row(
            ledger + "MakeAdjustment",
            "R✓-----",
            ledger_pb.MakeAdjustmentRequest(
                **NOBODYS,
                principal_delta="1.00",
                fee_delta="0",
                reason="a test",
                reason_code="posting_error",
            ),
        ),
        Row(
            ledger + "WriteOff",
            "RR-----",
            ledger_pb.WriteOffRequest(**NOBODYS, reason="a test", reason_code="hardship"),
        ),
        Row(
            loans + "ReverseTransaction",
            "R✓-----",
            pb.ReverseTransactionRequest(
                **NOBODYS, transaction_id="TXN-1", reason="a test", reason_code="other"
            ),
        ),
        Row(
            loans + "RefundOverpayment",
            "R✓-----",
            pb.RefundOverpaymentRequest(
                **NOBODYS, amount="1.00", reason="a test", reason_code="other"
            ),
        ),
        Row(
            loans + "UndoWriteOff",
            "RR-----",
            pb.UndoWriteOffRequest(**NOBODYS, reason="a test", reason_code="other"),
        ),
        Row(
            loans + "RecordRecovery",
            "RR-----",
            pb.RecordRecoveryRequest(**NOBODYS, amount="1.00", reason="a test"),
        ),
        Row(
            loans + "CorrectPayment",
            "----R--",
            pb.CorrectPaymentRequest(
                **NOBODYS,
                transaction_id="TXN-1",
                amount="1.00",
                reason="a test",
                reason_code="wrong_amount",
            ),
        ),
        Row(
            loans + "IssueCorrection",
            "----R--",
            pb.IssueCorrectionRequest(
                **NOBODYS,
                original_message_id="1-0",
                amount="1.00",
                reason="a test",
                reason_code="wrong_amount",
            ),
        ),
    )


def _approvals() -> tuple[Row, ...]:
    approvals = "ApprovalService/"
    return (
        Row(approvals + "Approve", "-✓-----", _decision()),
        Row(approvals + "Reject", "-✓-----", _decision()),
        Row(approvals + "Return", "-✓-----", _decision()),
        Row(approvals + "Cancel", "✓✓--✓--", pb.CancelApprovalRequest(request_id="REQ-none")),
        Row(
            approvals + "Resubmit",
            "✓✓--✓--",
            pb.ResubmitApprovalRequest(request_id="REQ-none", account_version=1),
        ),
        Row(approvals + "Get", "✓✓✓✓✓✓✓", pb.GetApprovalRequest(request_id="REQ-none")),
        Row(approvals + "GetReceipt", "-✓✓-✓--", pb.GetReceiptRequest(request_id="REQ-none")),
    )


def _people() -> tuple[Row, ...]:
    staff, nobody = "StaffService/", "nobody-at-all"
    roles = pb.SetRolesRequest(staff_id=nobody, roles=["admin"], reason_code="other")
    limits = pb.SetLimitsRequest(staff_id=nobody, reason_code="other")
    return (
        Row(staff + "Create", "----✓--", _new_person()),
        Row(staff + "Disable", "----✓--", pb.DisableStaffRequest(staff_id=nobody)),
        Row(staff + "Enable", "----✓--", pb.EnableStaffRequest(staff_id=nobody)),
        Row(staff + "SetRoles", "----✓--", roles),
        Row(staff + "SetLimits", "----✓--", limits),
        Row(
            staff + "EnrolKey",
            "-✓-----",
            pb.EnrolKeyRequest(public_key=bytes(32), proof=bytes(64)),
        ),
        Row(staff + "RevokeKey", "----✓--", pb.RevokeKeyRequest(staff_id=nobody, key_id="none")),
        Row(
            staff + "GiveStartPassword",
            "----✓--",
            pb.GiveStartPasswordRequest(staff_id=nobody, reason_code="other"),
        ),
        Row(
            "NoteService/AddNote",
            "✓✓-----",
            pb.AddNoteRequest(customer_id="CUS-rights", loan_account_id="LA-none", text="a test"),
        ),
        Row("NoteService/AmendNote", "✓✓-----", pb.AmendNoteRequest(note_id="N-1", text="a test")),
        Row(
            "ReviewService/MarkVerified",
            "--✓----",
            pb.MarkVerifiedRequest(event_id="LA-none:1", note="a test"),
        ),
        Row(
            "ReviewService/QueryItem",
            "--✓----",
            pb.QueryItemRequest(event_id="LA-none:1", note="a test"),
        ),
        Row(
            "OperationsService/SetReadOnly",
            "----✓--",
            pb.SetReadOnlyRequest(read_only=False, reason="a test"),
        ),
        Row(
            "OperationsService/OpenLetter",
            "----✓--",
            pb.OpenLetterRequest(letter_id="1-0", reader_key=bytes(32)),
        ),
        Row("OperationsService/ReplayLetter", "----✓--", pb.ReplayLetterRequest(letter_id="1-0")),
        Row("OperationsService/ResolveLetter", "----✓--", pb.ResolveLetterRequest(letter_id="1-0")),
        Row("OperationsService/AskRebuild", "----✓--", pb.AskRebuildRequest()),
        Row(
            "OperationsService/RunEndOfDay",
            "-----✓-",
            pb.RunEndOfDayRequest(business_date="2099-01-01"),
        ),
        Row("OperationsService/Health", "✓✓✓✓✓✓✓", pb.HealthRequest()),
    )


def _reads() -> tuple[Row, ...]:
    ledger, journal, everybody = "AccountingLedgerService/", "JournalService/", "✓✓✓✓✓✓✓"
    day = {"period_start": "2026-01-01", "period_end": "2026-01-31"}
    return (
        Row(ledger + "GetTransactions", everybody, ledger_pb.GetTransactionsRequest(**NOBODYS)),
        Row(ledger + "GetBalance", everybody, ledger_pb.GetBalanceRequest(**NOBODYS)),
        Row(ledger + "GetLedgerRecord", everybody, ledger_pb.GetLedgerRecordRequest(**NOBODYS)),
        Row(ledger + "GetStatement", everybody, ledger_pb.GetStatementRequest(**NOBODYS, **day)),
        Row(ledger + "WatchTransactions", everybody, ledger_pb.WatchTransactionsRequest(**NOBODYS)),
        Row(
            ledger + "GetScheduleWithStatus",
            everybody,
            ledger_pb.GetScheduleWithStatusRequest(**NOBODYS),
        ),
        Row(
            ledger + "GetAccountAging",
            everybody,
            ledger_pb.GetAccountAgingRequest(account_id="LA-none"),
        ),
        Row(ledger + "GetOverdueAccounts", everybody, ledger_pb.GetOverdueAccountsRequest()),
        Row(
            ledger + "GetEventHistory",
            "--✓-✓✓✓",
            ledger_pb.GetEventHistoryRequest(account_id="LA-none"),
        ),
        Row("LoanService/GetBalanceAt", everybody, pb.GetBalanceAtRequest(**NOBODYS)),
        Row(ledger + "GetPortfolioSummary", "-✓✓✓✓✓✓", ledger_pb.GetPortfolioSummaryRequest()),
        Row(ledger + "GetGLReconciliation", "-✓✓✓✓✓✓", ledger_pb.GetGLReconciliationRequest(**day)),
        Row("LoanService/TrialBalance", "-✓✓✓✓✓✓", pb.TrialBalanceRequest()),
        Row("PreviewService/Preview", everybody, pb.PreviewRequest()),
        Row("PreviewService/GetCapabilities", everybody, pb.GetCapabilitiesRequest()),
        Row(journal + "ReadJournal", "--✓-✓✓✓", pb.ReadJournalRequest(limit=1)),
        Row(journal + "GetStateAt", "--✓-✓✓✓", pb.GetStateAtRequest(account_id="LA-1", version=1)),
        Row(journal + "GetSignedHead", everybody, pb.GetSignedHeadRequest()),
        Row(
            journal + "GetInclusionProof",
            everybody,
            pb.GetInclusionProofRequest(position=1, tree_size=1),
        ),
        Row(
            journal + "GetConsistencyProof",
            everybody,
            pb.GetConsistencyProofRequest(first_size=1, second_size=1),
        ),
        Row(
            journal + "Reveal",
            "✓✓✓-✓--",
            pb.RevealRequest(event_id="LA-none:1", purpose="a test"),
        ),
    )
