"""MakeAdjustment: principal or fees are set right, up or down."""

from typing import ClassVar, Final

from dashboard import formats
from dashboard.commands.account_command import AccountCommand
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

REASONS: Final = {
    "posting_error": "Posting error",
    "system_error": "System error",
    "rounding": "Rounding",
    "hardship": "Hardship",
    "settlement": "Settlement",
    "dispute_resolved": "Dispute resolved",
    "other": "Other",
}
"""Why: code on the wire, and the word for it."""


class MakeAdjustment(AccountCommand, frozen=True, kw_only=True):
    """An adjustment to make; each delta may be below zero."""

    name: ClassVar[str] = "MakeAdjustment"
    rpc: ClassVar[str] = "AccountingLedgerService/MakeAdjustment"
    preview_field: ClassVar[str] = "make_adjustment"
    to_do: ClassVar[str] = "Adjust"
    done: ClassVar[str] = "Adjusted"

    principal_delta: Money
    fee_delta: Money
    approved_by: str
    reason_code: str
    reason: str

    @property
    def amount(self) -> Money:
        """Give the change of the debt."""
        return Money(self.principal_delta + self.fee_delta)

    @property
    def what(self) -> str:
        """Say what it does, part by part: together the parts may come to nothing."""
        return f"{self.to_do} {self._parts}"

    @property
    def what_was_done(self) -> str:
        """Say what it has done."""
        return f"{self.done} {self._parts}"

    @property
    def _parts(self) -> str:
        parts = (("principal", self.principal_delta), ("fees", self.fee_delta))
        return ", ".join(f"{name} by {formats.change(delta)}" for name, delta in parts if delta)

    def message(self) -> ledger.MakeAdjustmentRequest:
        """Build the request, without its key."""
        return ledger.MakeAdjustmentRequest(
            loan_account_id=self.loan_account_id,
            principal_delta=str(self.principal_delta),
            fee_delta=str(self.fee_delta),
            approved_by=self.approved_by,
            reason_code=self.reason_code,
            reason=self.reason or REASONS.get(self.reason_code, self.reason_code),
            expected_version=self.seen_version,
        )
