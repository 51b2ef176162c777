"""What both corrections of a payment are at the desk: the payment as it should have been."""

from collections.abc import Callable
from typing import ClassVar, Final

from google.protobuf.message import Message

from dashboard.commands.account_command import AccountCommand
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


class Correction(AccountCommand, frozen=True, kw_only=True):
    """A correction to ask for; amount, date and reference are as they should have been.

    A subclass names its request, and the field that says what is corrected.
    """

    wire: ClassVar[Callable[..., Message]]
    original: ClassVar[str]

    amount: Money
    effective_date: str = ""
    payment_reference: str = ""
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> Message:
        """Build the request, without its key."""
        return type(self).wire(
            **{self.original: getattr(self, self.original)},
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            effective_date=self.effective_date,
            payment_reference=self.payment_reference,
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
