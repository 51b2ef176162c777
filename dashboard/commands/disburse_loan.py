"""DisburseLoan: a pending loan is paid out, and its establishment fee falls due."""

from typing import ClassVar, Final, cast

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Done
from dashboard.ledger_client import Caller, LedgerClient, LedgerFault, LedgerRefused
from proto import accounting_ledger_pb2 as ledger
from proto.values import Money

METHODS: Final = {
    "bank_transfer": "Bank transfer",
    "payid": "PayID",
    "other": "Other",
}
"""How money goes out: code on the wire, and the word for it."""


class DisburseLoan(AccountCommand, frozen=True, kw_only=True):
    """A payout to record, as somebody entered it; `amount` is what was agreed."""

    name: ClassVar[str] = "DisburseLoan"
    rpc: ClassVar[str] = "AccountingLedgerService/DisburseLoan"
    preview_field: ClassVar[str] = "disburse_loan"
    to_do: ClassVar[str] = "Pay out"
    done: ClassVar[str] = "Paid out"

    amount: Money
    payment_method: str = "bank_transfer"
    payment_reference: str = ""
    effective_date: str = ""
    notes: str = ""

    def message(self) -> ledger.DisburseLoanRequest:
        """Build the request, without its key."""
        return ledger.DisburseLoanRequest(
            loan_account_id=self.loan_account_id,
            disbursement_amount=str(self.amount),
            bank_reference=self.payment_reference,
            payment_method=self.payment_method,
            notes=self.notes,
            expected_version=self.seen_version,
            effective_date=self.effective_date,
        )

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Done:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        sent = client.command(self.rpc, self.request(key), caller)
        answer = cast("ledger.DisburseLoanResponse", sent)
        posted = answer.disbursement_transaction_id
        version = self._version_now(client, caller)
        return Done(posted, version, None, None, None, None, answer.idempotent_replay)

    def _version_now(self, client: LedgerClient, caller: Caller) -> int:
        """Ask which version it led to, which the answer leaves out; 0 where that is not told."""
        try:
            return client.get_balance(self.loan_account_id, caller).account_version
        except (LedgerRefused, LedgerFault):
            return 0
