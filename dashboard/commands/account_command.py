"""What every change of an account is at the desk: fields, one rpc, and its words."""

from typing import ClassVar, cast

from google.protobuf.message import Message

from dashboard import formats
from dashboard.commands.answers import Done, Preview, read_done, read_preview
from dashboard.commands.change import Change
from dashboard.ledger_client import Caller, LedgerClient
from proto import accounting_ledger_pb2 as ledger
from proto import servicing_pb2 as servicing
from proto.values import Money


class AccountCommand(Change, frozen=True, kw_only=True):
    """A change of one account, as somebody entered it.

    `seen_version` is the version of the account that was on the screen. A subclass names
    its rpc, the preview's field, the words before and after it is done, and its request.
    """

    rpc: ClassVar[str]
    preview_field: ClassVar[str]
    is_request: ClassVar[bool] = False

    loan_account_id: str
    seen_version: int

    def message(self) -> Message:
        """Build the request, without its key."""
        raise NotImplementedError

    def request(self, key: str = "") -> Message:
        """Build the request; without a key it is only good for a preview."""
        request = self.message()
        if key:
            request.idempotency_key = key  # type: ignore[attr-defined] # every command has one
        return request

    @property
    def shown_amount(self) -> Money | None:
        """The amount that the words name; None where there is none to name."""
        amount: Money | None = getattr(self, "amount", None)
        return amount

    @property
    def place(self) -> str:
        """Name the account."""
        return f"account:{self.loan_account_id}"

    @property
    def what(self) -> str:
        """Say what it does, with its amount."""
        return _with_amount(self.to_do, self.shown_amount)

    @property
    def what_was_done(self) -> str:
        """Say what it has done."""
        return _with_amount(self.done, self.shown_amount)

    def preview(self, client: LedgerClient, caller: Caller) -> Preview:
        """Ask what it would do. Raises LedgerRefused or LedgerFault."""
        return read_preview(client.preview(self.question(), caller))

    def question(self) -> servicing.PreviewRequest:
        """Put the request into the message that previews and approvals carry."""
        question = servicing.PreviewRequest()
        getattr(question, self.preview_field).CopyFrom(self.request())
        return question

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Done:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        answer = client.command(self.rpc, self.request(key), caller)
        return read_done(cast("ledger.TransactionResponse", answer))


def _with_amount(words: str, amount: Money | None) -> str:
    return words if amount is None else f"{words} {formats.money(amount)}"
