"""ApplyLateFee: a payment is overdue, and that costs a fee."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

REASONS: Final = {
    "missed_payment": "Payment missed",
    "late_payment": "Paid late",
    "arrangement_not_kept": "Arrangement not kept",
    "other": "Other",
}
"""Why a late fee is charged: code on the wire, and the word for it."""


class ApplyLateFee(AccountCommand, frozen=True, kw_only=True):
    """A late fee to charge, as somebody entered it."""

    name: ClassVar[str] = "ApplyLateFee"
    rpc: ClassVar[str] = "AccountingLedgerService/ApplyLateFee"
    preview_field: ClassVar[str] = "apply_late_fee"
    to_do: ClassVar[str] = "Charge late fee"
    done: ClassVar[str] = "Charged late fee"

    amount: Money
    days_past_due: int
    reason_code: str = ""
    reason: str = ""

    def message(self) -> ledger.ApplyLateFeeRequest:
        """Build the request, without its key."""
        request = ledger.ApplyLateFeeRequest(
            loan_account_id=self.loan_account_id,
            fee_amount=str(self.amount),
            days_past_due=self.days_past_due,
            expected_version=self.seen_version,
            reason_code=self.reason_code,
        )
        if self.reason:
            request.reason = self.reason
        return request
