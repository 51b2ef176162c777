"""Approve and reject, which are signed; return, resubmit and cancel, which are not.

Each is one intent with its key made before the first try. A signed decision keeps its
signature, so that a retry is the same request; a new signature is a new intent.
"""

import os
from datetime import UTC, datetime
from typing import ClassVar, Literal, cast

from google.protobuf.message import Message
from msgspec import Struct

from dashboard.ledger_client import Caller, LedgerClient
from dashboard.signing_keys import SigningKeys
from proto import decision
from proto import servicing_pb2 as servicing
from proto.values import Instant

_GET = "ApprovalService/Get"
_RECEIPT = "ApprovalService/GetReceipt"


class Decided(Struct, frozen=True):
    """The ledger said yes: where the request stands, and what was posted, if anything."""

    request_id: str
    status: str
    request_version: int
    event_id: str
    transaction_id: str
    account_version: int
    was_done_before: bool


class _Decision(Struct, frozen=True, kw_only=True):
    """What all have in common: a request, as it was on the screen, and one rpc."""

    rpc: ClassVar[str]

    request_id: str
    seen_version: int

    def request(self, key: str) -> Message:
        """Build the request."""
        raise NotImplementedError

    def send(self, client: LedgerClient, caller: Caller, key: str) -> Decided:
        """Do it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""
        return _read(client.command(self.rpc, self.request(key), caller))


class DecideRequest(_Decision, frozen=True, kw_only=True):
    """A signed approval or rejection; `DecideRequest.signed` makes one."""

    name: ClassVar[str] = "DecideRequest"

    decision: Literal["approve", "reject"]
    comment: str
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

    def request(self, key: str) -> servicing.DecideApprovalRequest:
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


class ReturnRequest(_Decision, frozen=True, kw_only=True):
    """Send a request back to its requester, who is asked for more."""

    name: ClassVar[str] = "ReturnRequest"
    rpc: ClassVar[str] = "ApprovalService/Return"

    reason: str

    def request(self, key: str) -> servicing.DecideApprovalRequest:
        """Build the request."""
        return servicing.DecideApprovalRequest(
            request_id=self.request_id,
            comment=self.reason,
            idempotency_key=key,
            expected_version=self.seen_version,
        )


class ResubmitRequest(_Decision, frozen=True, kw_only=True):
    """Ask again, having looked at the account as it is now."""

    name: ClassVar[str] = "ResubmitRequest"
    rpc: ClassVar[str] = "ApprovalService/Resubmit"

    comment: str
    account_version: int

    def request(self, key: str) -> servicing.ResubmitApprovalRequest:
        """Build the request."""
        return servicing.ResubmitApprovalRequest(
            request_id=self.request_id,
            comment=self.comment,
            idempotency_key=key,
            expected_version=self.seen_version,
            account_version=self.account_version,
        )


class CancelRequest(_Decision, frozen=True, kw_only=True):
    """Take one's own request back."""

    name: ClassVar[str] = "CancelRequest"
    rpc: ClassVar[str] = "ApprovalService/Cancel"

    def request(self, key: str) -> servicing.CancelApprovalRequest:
        """Build the request."""
        return servicing.CancelApprovalRequest(
            request_id=self.request_id, idempotency_key=key, expected_version=self.seen_version
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
    )
