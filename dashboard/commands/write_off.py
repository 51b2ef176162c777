"""WriteOff: the whole balance of an account is given up as bad debt."""

from typing import ClassVar, Final

from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

REASONS: Final = {
    "hardship": "Hardship",
    "bankruptcy": "Bankruptcy",
    "deceased": "Deceased",
    "unable_to_locate": "Unable to locate",
    "fraud_victim": "Victim of fraud",
    "disputed": "Disputed",
    "aged_debt": "Aged debt",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class WriteOff(AccountCommand, frozen=True, kw_only=True):
    """A write-off to ask for; `amount` is the whole balance that was on the screen."""

    name: ClassVar[str] = "WriteOff"
    rpc: ClassVar[str] = "AccountingLedgerService/WriteOff"
    preview_field: ClassVar[str] = "write_off"
    to_do: ClassVar[str] = "Write off"
    done: ClassVar[str] = "Wrote off"

    amount: Money
    approved_by: str
    reason_code: str
    reason: str

    def message(self) -> ledger.WriteOffRequest:
        """Build the request, without its key."""
        return ledger.WriteOffRequest(
            loan_account_id=self.loan_account_id,
            amount=str(self.amount),
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
