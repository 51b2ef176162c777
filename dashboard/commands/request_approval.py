"""Request: a change that somebody may not make alone goes to those who decide."""

import base64
from typing import ClassVar, Final, Self, cast

import msgspec

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Done
from dashboard.ledger_client import Caller, LedgerClient
from proto import servicing_pb2 as servicing
from proto.values import Money, write_value

PRIORITIES: Final = {"normal": "Normal", "high": "High", "urgent": "Urgent"}
"""How soon a decision is needed: code on the wire, and the word for it."""


class RequestApproval(AccountCommand, frozen=True, kw_only=True):
    """A request to make; `question` is the change asked for, as base64 of its message.

    `entered` is that change as its form had it, as JSON, so that the form can be opened with
    it again; empty where it was kept before there was such a field.
    """

    name: ClassVar[str] = "RequestApproval"
    to_do: ClassVar[str] = "Ask for approval"
    done: ClassVar[str] = "Asked for approval"
    is_request: ClassVar[bool] = True

    question_sent: str
    asked_for: str
    amount: Money | None = None
    reason_code: str = ""
    reason: str = ""
    priority: str = "normal"
    entered: str = ""

    @classmethod
    def of(cls, command: AccountCommand, *, priority: str) -> Self:
        """Ask for a change that was entered in its form."""
        return cls(
            loan_account_id=command.loan_account_id,
            seen_version=command.seen_version,
            question_sent=base64.b64encode(command.question().SerializeToString()).decode(),
            asked_for=command.what,
            amount=command.shown_amount,
            reason_code=str(getattr(command, "reason_code", "")),
            reason=str(getattr(command, "reason", "") or getattr(command, "notes", "")),
            priority=priority,
            entered=msgspec.json.encode(command, enc_hook=write_value).decode(),
        )

    @property
    def what(self) -> str:
        """Say what is asked for."""
        return f"{self.to_do}: {self.asked_for}"

    @property
    def what_was_done(self) -> str:
        """Say what was asked for."""
        return f"{self.done}: {self.asked_for}"

    def question(self) -> servicing.PreviewRequest:
        """Give the change that is asked for."""
        return servicing.PreviewRequest.FromString(base64.b64decode(self.question_sent))

    def message(self) -> servicing.RequestApprovalRequest:
        """Build the request, without its key."""
        return servicing.RequestApprovalRequest(
            command=self.question(),
            reason=self.reason,
            reason_code=self.reason_code,
            priority=self.priority,
        )

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Done:
        """Ask. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        sent = client.command("ApprovalService/Request", self.request(key), caller)
        answer = cast("servicing.ApprovalResponse", sent)
        return Done(answer.request_id, 0, None, None, None, None, answer.idempotent_replay)
