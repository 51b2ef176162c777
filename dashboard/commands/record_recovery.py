"""RecordRecovery: money came in after a write-off."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import servicing_pb2 as servicing
from proto.values import Money

REASONS: Final = {
    "customer_payment": "Paid by the customer",
    "debt_agency": "Debt agency",
    "estate": "Estate",
    "insurance": "Insurance",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class RecordRecovery(AccountCommand, frozen=True, kw_only=True):
    """A recovery to ask for, as somebody entered it."""

    name: ClassVar[str] = "RecordRecovery"
    rpc: ClassVar[str] = "LoanService/RecordRecovery"
    preview_field: ClassVar[str] = "record_recovery"
    to_do: ClassVar[str] = "Record recovery of"
    done: ClassVar[str] = "Recorded recovery of"

    amount: Money
    payment_reference: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.RecordRecoveryRequest:
        """Build the request, without its key."""
        return servicing.RecordRecoveryRequest(
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            payment_reference=self.payment_reference,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
