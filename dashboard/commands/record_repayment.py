"""RecordRepayment: money came in by bank transfer or otherwise, and is entered by hand."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

METHODS: Final = {
    "bank_transfer": "Bank transfer",
    "direct_debit": "Direct debit",
    "card": "Card",
    "cash": "Cash",
    "other": "Other",
}
"""How money comes in: code on the wire, and the word for it."""

REASONS: Final = {
    "instalment": "Instalment",
    "extra_payment": "Extra payment",
    "payment_arrangement": "Payment arrangement",
    "payoff": "Pays the loan off",
    "not_in_bank_file": "Missing from the bank's file",
    "other": "Other",
}
"""What the money is for: code on the wire, and the word for it."""


class RecordRepayment(AccountCommand, frozen=True, kw_only=True):
    """A repayment to record, as somebody entered it."""

    name: ClassVar[str] = "RecordRepayment"
    rpc: ClassVar[str] = "AccountingLedgerService/RecordRepayment"
    preview_field: ClassVar[str] = "record_repayment"
    to_do: ClassVar[str] = "Record"
    done: ClassVar[str] = "Recorded"

    amount: Money
    payment_method: str = "bank_transfer"
    payment_reference: str = ""
    effective_date: str = ""
    reason_code: str = ""
    notes: str = ""

    def message(self) -> ledger.RecordRepaymentRequest:
        """Build the request, without its key."""
        request = ledger.RecordRepaymentRequest(
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            payment_method=self.payment_method,
            expected_version=self.seen_version,
            effective_date=self.effective_date,
            reason_code=self.reason_code,
        )
        if self.payment_reference:
            request.payment_reference = self.payment_reference
        if self.notes:
            request.notes = self.notes
        return request
