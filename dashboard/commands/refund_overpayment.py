"""RefundOverpayment: what was paid too much goes back to the customer."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import servicing_pb2 as servicing
from proto.values import Money

REASONS: Final = {
    "overpaid": "Overpaid",
    "duplicate_payment": "Paid twice",
    "paid_after_payoff": "Paid after payoff",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class RefundOverpayment(AccountCommand, frozen=True, kw_only=True):
    """A refund to make, as somebody entered it."""

    name: ClassVar[str] = "RefundOverpayment"
    rpc: ClassVar[str] = "LoanService/RefundOverpayment"
    preview_field: ClassVar[str] = "refund_overpayment"
    to_do: ClassVar[str] = "Refund"
    done: ClassVar[str] = "Refunded"

    amount: Money
    payment_reference: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.RefundOverpaymentRequest:
        """Build the request, without its key."""
        return servicing.RefundOverpaymentRequest(
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            payment_reference=self.payment_reference,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
