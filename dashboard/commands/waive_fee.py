"""WaiveFee: one named fee, or an amount of the unpaid fees, is forgiven."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

REASONS: Final = {
    "courtesy": "Courtesy",
    "bank_error": "Bank error",
    "system_error": "System error",
    "hardship": "Hardship",
    "duplicate_charge": "Duplicate charge",
    "other": "Other",
}
"""Why fees are forgiven: code on the wire, and the word for it."""


class WaiveFee(AccountCommand, frozen=True, kw_only=True):
    """A waiver to make, as somebody entered it.

    `target_transaction_id` names one fee; empty takes the amount from the unpaid fees.
    """

    name: ClassVar[str] = "WaiveFee"
    rpc: ClassVar[str] = "AccountingLedgerService/WaiveFee"
    preview_field: ClassVar[str] = "waive_fee"
    to_do: ClassVar[str] = "Waive"
    done: ClassVar[str] = "Waived"

    amount: Money
    approved_by: str
    target_transaction_id: str = ""
    reason_code: str = "courtesy"
    notes: str = ""

    def message(self) -> ledger.WaiveFeeRequest:
        """Build the request, without its key."""
        request = ledger.WaiveFeeRequest(
            loan_account_id=self.loan_account_id,
            waiver_amount=str(self.amount),
            reason=REASONS.get(self.reason_code, self.reason_code),
            approved_by=self.approved_by,
            expected_version=self.seen_version,
            reason_code=self.reason_code,
            target_transaction_id=self.target_transaction_id,
        )
        if self.notes:
            request.notes = self.notes
        return request
