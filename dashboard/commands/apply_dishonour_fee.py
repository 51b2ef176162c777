"""ApplyDishonourFee: a direct debit came back, and that costs a fee."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

REASONS: Final = {
    "insufficient_funds": "Not enough money",
    "bank_account_closed": "Bank account closed",
    "authority_cancelled": "Debit authority cancelled",
    "payment_stopped": "Payment stopped by the customer",
    "other": "Other",
}
"""Why a debit came back: code on the wire, and the word for it."""


class ApplyDishonourFee(AccountCommand, frozen=True, kw_only=True):
    """A dishonour fee to charge, as somebody entered it."""

    name: ClassVar[str] = "ApplyDishonourFee"
    rpc: ClassVar[str] = "AccountingLedgerService/ApplyDishonourFee"
    preview_field: ClassVar[str] = "apply_dishonour_fee"
    to_do: ClassVar[str] = "Charge dishonour fee"
    done: ClassVar[str] = "Charged dishonour fee"

    amount: Money
    reference_id: str = ""
    reason_code: str = ""
    reason: str = ""

    def message(self) -> ledger.ApplyDishonourFeeRequest:
        """Build the request, without its key."""
        request = ledger.ApplyDishonourFeeRequest(
            loan_account_id=self.loan_account_id,
            fee_amount=str(self.amount),
            expected_version=self.seen_version,
            reason_code=self.reason_code,
        )
        if self.reason:
            request.reason = self.reason
        if self.reference_id:
            request.reference_id = self.reference_id
        return request
