"""RecordRepayment: money came in by bank transfer or otherwise, and is entered by hand."""

from typing import ClassVar, Final

from msgspec import Struct

from dashboard.commands.answers import Done, Preview, read_done, read_preview
from dashboard.ledger_client import Caller, LedgerClient
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Money

METHODS: Final = {
    "bank_transfer": "Bank transfer",
    "direct_debit": "Direct debit",
    "card": "Card",
    "cash": "Cash",
    "other": "Other",
}
"""How money comes in: code on the wire, and the word for it."""


class RecordRepayment(Struct, frozen=True, kw_only=True):
    """A repayment to record, as somebody entered it.

    `seen_version` is the version of the account that was on the screen.
    """

    name: ClassVar[str] = "RecordRepayment"

    loan_account_id: str
    amount: Money
    seen_version: int
    payment_method: str = "bank_transfer"
    payment_reference: str = ""
    effective_date: str = ""
    notes: str = ""

    def request(self, key: str = "") -> ledger.RecordRepaymentRequest:
        """Build the request; without a key it is only good for a preview."""
        request = ledger.RecordRepaymentRequest(
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            payment_method=self.payment_method,
            expected_version=self.seen_version,
            effective_date=self.effective_date,
        )
        if self.payment_reference:
            request.payment_reference = self.payment_reference
        if self.notes:
            request.notes = self.notes
        if key:
            request.idempotency_key = key
        return request

    def preview(self, client: LedgerClient, caller: Caller) -> Preview:
        """Ask what it would do. Raises LedgerRefused or LedgerFault."""
        question = servicing.PreviewRequest(record_repayment=self.request())
        return read_preview(client.preview(question, caller))

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Done:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        return read_done(client.record_repayment(self.request(key), caller))
