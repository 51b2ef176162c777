"""Approve and reject, which are signed; return, resubmit and cancel, which are not.

Each is one intent with its key made before the first try. A signed decision keeps its
signature, so that a retry is the same request; a new signature is a new intent.
"""

import os
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal, cast

from google.protobuf.message import Message

from dashboard.commands.account_command import AccountCommand
from dashboard.commands.answers import Done
from dashboard.formats import wire_money
from dashboard.ledger_client import Caller, LedgerClient
from dashboard.signing_keys import SigningKeys
from proto import decision
from proto import servicing_pb2 as servicing
from proto.values import Instant

CANCEL_REASONS: Final = {
    "entered_in_error": "Entered in error",
    "not_needed": "Not needed any more",
    "asked_otherwise": "Asked for otherwise",
    "customer_withdrew": "The customer withdrew",
    "other": "Other",
}
"""Why a requester takes a request back: code on the wire, and the word for it."""

_GET = "ApprovalService/Get"
_RECEIPT = "ApprovalService/GetReceipt"


class Decided(Done, frozen=True, kw_only=True):
    """The ledger said yes: where the request stands, and what was posted, if anything."""

    request_id: str
    status: str
    request_version: int
    event_id: str


class Decision(AccountCommand, frozen=True, kw_only=True):
    """What all have in common: a request, as it was on the screen, and one rpc.

    `seen_version` is the request's; `asked_for` and the account are for the words. It moves
    no balance that a screen would have to await: the request does, in the ledger.
    """

    is_request: ClassVar[bool] = True

    request_id: str
    loan_account_id: str = ""
    asked_for: str = ""

    @property
    def place(self) -> str:
        """Name the request."""
        return f"request:{self.request_id}"

    @property
    def what(self) -> str:
        """Say what it does, and to which request."""
        return f"{self.to_do}: {self.asked_for or self.request_id}"

    @property
    def what_was_done(self) -> str:
        """Say what it has done."""
        return f"{self.done}: {self.asked_for or self.request_id}"

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Decided:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        return _read(client.command(self.rpc, self.request(key), caller))


class DecideRequest(Decision, frozen=True, kw_only=True):
    """A signed approval or rejection; `DecideRequest.signed` makes one."""

    name: ClassVar[str] = "DecideRequest"
    to_do: ClassVar[str] = "Decide"
    done: ClassVar[str] = "Decided"

    decision: Literal["approve", "reject"]
    comment: str = ""
    comment_salt: bytes
    account_version: int
    changes_seen: bool
    policy: str
    decided_at: str
    key_id: str
    signature: bytes

    @property
    def rpc(self) -> str:  # type: ignore[override] # which of the two is what was decided
        """Approve or Reject."""
        return f"ApprovalService/{self.decision.capitalize()}"

    @property
    def what(self) -> str:
        """Say which of the two, and of what."""
        return f"{self.decision.capitalize()}: {self.asked_for or self.request_id}"

    @property
    def what_was_done(self) -> str:
        """Say which of the two was done."""
        verb = "Approved" if self.decision == "approve" else "Rejected"
        return f"{verb}: {self.asked_for or self.request_id}"

    @classmethod
    def signed(
        cls,
        shown: servicing.ApprovalResponse,
        outcome: Literal["approve", "reject"],
        comment: str,
        approver: str,
        passphrase: str,
        keys: SigningKeys,
        now: datetime | None = None,
        *,
        asked_for: str = "",
    ) -> "DecideRequest":
        """Sign what was shown, as `look` gave it. Raises CannotSign.

        Where the account had changed since the request, `shown` says how; whoever signs
        signs that they saw it.
        """
        comment, salt = comment.strip(), os.urandom(decision.SALT_BYTES)
        decided_at = Instant.of(now or datetime.now(UTC))
        statement = decision.statement(
            request_id=shown.request_id,
            request_hash=shown.request_hash,
            decision=outcome,
            comment_hash=decision.comment_hash(salt, comment),
            approver=approver,
            account_version=shown.account_version,
            changes_seen=bool(shown.differences),
            policy=shown.policy,
            decided_at=decided_at,
        )
        made = keys.sign(approver, passphrase, statement)
        return cls(
            request_id=shown.request_id,
            seen_version=shown.request_version,
            loan_account_id=shown.loan_account_id,
            asked_for=asked_for,
            decision=outcome,
            comment=comment,
            comment_salt=salt,
            account_version=shown.account_version,
            changes_seen=bool(shown.differences),
            policy=shown.policy,
            decided_at=str(decided_at),
            key_id=made.key_id,
            signature=made.signature,
        )

    def request(self, key: str = "") -> servicing.DecideApprovalRequest:
        """Build the request."""
        return servicing.DecideApprovalRequest(
            request_id=self.request_id,
            comment=self.comment,
            idempotency_key=key,
            expected_version=self.seen_version,
            signature=self.signature,
            key_id=self.key_id,
            account_version=self.account_version,
            changes_seen=self.changes_seen,
            decided_at=self.decided_at,
            comment_salt=self.comment_salt,
            policy=self.policy,
        )


class ReturnRequest(Decision, frozen=True, kw_only=True):
    """Send a request back to its requester, who is asked for more."""

    name: ClassVar[str] = "ReturnRequest"
    rpc: ClassVar[str] = "ApprovalService/Return"
    to_do: ClassVar[str] = "Return"
    done: ClassVar[str] = "Returned"

    reason: str = ""

    def request(self, key: str = "") -> servicing.DecideApprovalRequest:
        """Build the request."""
        return servicing.DecideApprovalRequest(
            request_id=self.request_id,
            comment=self.reason,
            idempotency_key=key,
            expected_version=self.seen_version,
        )


class ResubmitRequest(Decision, frozen=True, kw_only=True):
    """Ask again, having looked at the account as it is now."""

    name: ClassVar[str] = "ResubmitRequest"
    rpc: ClassVar[str] = "ApprovalService/Resubmit"
    to_do: ClassVar[str] = "Ask again"
    done: ClassVar[str] = "Asked again"

    comment: str = ""
    account_version: int

    def request(self, key: str = "") -> servicing.ResubmitApprovalRequest:
        """Build the request."""
        return servicing.ResubmitApprovalRequest(
            request_id=self.request_id,
            comment=self.comment,
            idempotency_key=key,
            expected_version=self.seen_version,
            account_version=self.account_version,
        )


class CancelRequest(Decision, frozen=True, kw_only=True):
    """Take one's own request back."""

    name: ClassVar[str] = "CancelRequest"
    rpc: ClassVar[str] = "ApprovalService/Cancel"
    to_do: ClassVar[str] = "Take back"
    done: ClassVar[str] = "Took back"

    reason_code: str = ""
    comment: str = ""

    def request(self, key: str = "") -> servicing.CancelApprovalRequest:
        """Build the request."""
        return servicing.CancelApprovalRequest(
            request_id=self.request_id,
            idempotency_key=key,
            expected_version=self.seen_version,
            reason_code=self.reason_code,
            comment=self.comment,
        )


def look(client: LedgerClient, caller: Caller, request_id: str) -> servicing.ApprovalResponse:
    """Ask the ledger how a request stands for the caller. Raises LedgerRefused, LedgerFault."""
    question = servicing.GetApprovalRequest(request_id=request_id)
    return cast("servicing.ApprovalResponse", client.ask(_GET, question, caller))


def receipt(client: LedgerClient, caller: Caller, request_id: str) -> str:
    """Get the receipt of a decided request, as JSON. Raises LedgerRefused, LedgerFault."""
    question = servicing.GetReceiptRequest(request_id=request_id)
    answer = cast("servicing.GetReceiptResponse", client.ask(_RECEIPT, question, caller))
    return answer.receipt_json


def _read(answer: Message) -> Decided:
    response = cast("servicing.ApprovalResponse", answer)
    posted = response.effect.transaction
    return Decided(
        request_id=response.request_id,
        status=response.status,
        request_version=response.request_version,
        event_id=response.event_id,
        transaction_id=posted.transaction_id,
        account_version=posted.account_version or response.account_version,
        was_done_before=response.idempotent_replay,
        principal=wire_money(posted.principal_after),
        interest=wire_money(posted.interest_after),
        fees=wire_money(posted.fee_after),
        total=wire_money(posted.total_after),
    )
