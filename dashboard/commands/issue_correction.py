"""IssueCorrection: a payment that never was posted is posted as it should have been."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import servicing_pb2 as servicing
from proto.values import Money

REASONS: Final = {
    "wrong_amount": "Wrong amount",
    "wrong_date": "Wrong date",
    "wrong_account": "Wrong account",
    "never_posted": "Never posted",
    "posting_error": "Posting error",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class IssueCorrection(AccountCommand, frozen=True, kw_only=True):
    """A correction to ask for, of a message among the dead letters."""

    name: ClassVar[str] = "IssueCorrection"
    rpc: ClassVar[str] = "LoanService/IssueCorrection"
    preview_field: ClassVar[str] = "issue_correction"
    to_do: ClassVar[str] = "Post correction of"
    done: ClassVar[str] = "Posted correction of"

    original_message_id: str
    amount: Money
    effective_date: str = ""
    payment_reference: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.IssueCorrectionRequest:
        """Build the request, without its key."""
        return servicing.IssueCorrectionRequest(
            loan_account_id=self.loan_account_id,
            original_message_id=self.original_message_id,
            amount=str(self.amount),
            effective_date=self.effective_date,
            payment_reference=self.payment_reference,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
