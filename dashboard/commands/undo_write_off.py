"""UndoWriteOff: a write-off is taken back; the balance stands again."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import servicing_pb2 as servicing

REASONS: Final = {
    "written_off_in_error": "Written off in error",
    "customer_resumed_payments": "Customer pays again",
    "dispute_resolved": "Dispute resolved",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class UndoWriteOff(AccountCommand, frozen=True, kw_only=True):
    """An undo to ask for."""

    name: ClassVar[str] = "UndoWriteOff"
    rpc: ClassVar[str] = "LoanService/UndoWriteOff"
    preview_field: ClassVar[str] = "undo_write_off"
    to_do: ClassVar[str] = "Undo the write-off"
    done: ClassVar[str] = "Undid the write-off"

    effective_date: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.UndoWriteOffRequest:
        """Build the request, without its key."""
        return servicing.UndoWriteOffRequest(
            loan_account_id=self.loan_account_id,
            effective_date=self.effective_date,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
