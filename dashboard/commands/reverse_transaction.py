"""ReverseTransaction: a transaction is taken back by another that points at it."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import servicing_pb2 as servicing
from proto.values import Money

REASONS: Final = {
    "dishonoured": "Dishonoured",
    "duplicate": "Duplicate",
    "wrong_account": "Wrong account",
    "wrong_amount": "Wrong amount",
    "posting_error": "Posting error",
    "customer_dispute": "Customer disputes it",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class ReverseTransaction(AccountCommand, frozen=True, kw_only=True):
    """A reversal to make; `amount` is the transaction's, for the words."""

    name: ClassVar[str] = "ReverseTransaction"
    rpc: ClassVar[str] = "LoanService/ReverseTransaction"
    preview_field: ClassVar[str] = "reverse_transaction"
    to_do: ClassVar[str] = "Reverse"
    done: ClassVar[str] = "Reversed"

    transaction_id: str
    amount: Money
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> servicing.ReverseTransactionRequest:
        """Build the request, without its key."""
        return servicing.ReverseTransactionRequest(
            loan_account_id=self.loan_account_id,
            transaction_id=self.transaction_id,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
