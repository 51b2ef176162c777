"""CorrectPayment: a posted payment is reversed and posted as it should be."""

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


class CorrectPayment(AccountCommand, frozen=True, kw_only=True):
    """A correction to ask for; amount and date are as they should have been."""

    name: ClassVar[str] = "CorrectPayment"
    rpc: ClassVar[str] = "LoanService/CorrectPayment"
    preview_field: ClassVar[str] = "correct_payment"
    to_do: ClassVar[str] = "Correct payment to"
    done: ClassVar[str] = "Corrected payment to"

    transaction_id: str
    amount: Money
    effective_date: str = ""
    payment_reference: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.CorrectPaymentRequest:
        """Build the request, without its key."""
        return servicing.CorrectPaymentRequest(
            loan_account_id=self.loan_account_id,
            transaction_id=self.transaction_id,
            amount=str(self.amount),
            effective_date=self.effective_date,
            payment_reference=self.payment_reference,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
