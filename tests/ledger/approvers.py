"""People who ask and people who decide, with keys of their own, against a real ledger."""

# ruff: noqa: ANN401 - fields of messages are of many kinds
import os
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proto import accounting_ledger_pb2 as ledger_pb
from proto import decision
from proto import servicing_pb2 as pb
from proto.values import Instant
from tests.builders import Caller, new_id, new_key, refusal_of

COMMENT: Final = "Looked at the file."
SHARED: Final = {"staff-support", "staff-supervisor"}


class Books(Protocol):
    """A ledger that can be called as anybody."""

    def caller(self, actor_id: str, /) -> Caller:
        """Give a connection as one actor."""

    @property
    def system(self) -> Caller:
        """The command line's actor."""


class Approver:
    """A supervisor with an enrolled key."""

    def __init__(self, caller: Caller) -> None:
        self.caller, self.key = caller, Ed25519PrivateKey.generate()
        self.key_id = enrol(caller, self.key).key_ids[-1]

    def get(self, request_id: str) -> pb.ApprovalResponse:
        """Look at a request."""
        return get(self.caller, request_id)

    def message(
        self, request_id: str, verb: decision.Decision = "approve", **changed: Any
    ) -> pb.DecideApprovalRequest:
        """Sign what is seen now; `changed` fields of the message are changed after signing."""
        seen = self.get(request_id)
        signed_by = changed.pop("signed_by", self.key)
        statement: dict[str, Any] = {
            "account_version": changed.pop("seen_version", seen.account_version),
            "changes_seen": changed.pop("changes_seen", False),
            "policy": changed.pop("policy", seen.policy),
            "decided_at": changed.pop("decided_at", Instant.of(datetime.now(UTC))),
        }
        comment = changed.pop("comment", COMMENT)
        salt = os.urandom(decision.SALT_BYTES)
        written = decision.statement(
            request_id=request_id,
            request_hash=seen.request_hash,
            decision=verb,
            comment_hash=decision.comment_hash(salt, comment),
            approver=self.caller.actor_id,
            **statement,
        )
        fields: dict[str, Any] = {
            **statement,
            "decided_at": str(statement["decided_at"]),
            "request_id": request_id,
            "comment": comment,
            "idempotency_key": new_key(),
            "signature": signed_by.sign(written),
            "key_id": self.key_id,
            "comment_salt": salt,
            **changed,
        }
        return pb.DecideApprovalRequest(**fields)

    def approve(self, request_id: str, **changed: Any) -> pb.ApprovalResponse:
        """Approve what is seen now."""
        return self.send(self.message(request_id, **changed))

    def send(self, message: pb.DecideApprovalRequest) -> pb.ApprovalResponse:
        """Send an approval that was signed already."""
        return self.caller.approvals.Approve(message, metadata=self.caller.metadata(), timeout=45)

    def reject(self, request_id: str, **changed: Any) -> pb.ApprovalResponse:
        """Reject what is seen now."""
        message = self.message(request_id, "reject", **changed)
        return self.caller.approvals.Reject(message, metadata=self.caller.metadata())

    def return_(self, request_id: str, comment: str = COMMENT) -> pb.ApprovalResponse:
        """Return it for information."""
        message = pb.DecideApprovalRequest(
            request_id=request_id, comment=comment, idempotency_key=new_key()
        )
        return self.caller.approvals.Return(message, metadata=self.caller.metadata())


def enrol(caller: Caller, key: Ed25519PrivateKey, proof: bytes | None = None) -> pb.StaffResponse:
    """Enrol a key of the caller's."""
    statement = f"billie-enrol/1:{caller.actor_id}".encode()
    request = pb.EnrolKeyRequest(
        public_key=key.public_key().public_bytes_raw(),
        proof=key.sign(statement) if proof is None else proof,
        idempotency_key=new_key(),
    )
    return caller.staff.EnrolKey(request, metadata=caller.metadata())


def person(ledger: Books, role: str, limits: dict[str, str] | None = None, **fields: Any) -> Caller:
    """Create somebody of the test's own."""
    staff_id = fields.pop("staff_id", "") or new_id("p")
    request = pb.CreateStaffRequest(
        **{
            "staff_id": staff_id,
            "username": staff_id,
            "display_name": "A Person",
            "roles": [role],
            "limits": limits or {},
            "idempotency_key": new_key(),
            **fields,
        }
    )
    admin = ledger.caller("staff-admin")
    admin.staff.Create(request, metadata=admin.metadata())
    return ledger.caller(staff_id)


def approver(ledger: Books, limits: dict[str, str] | None = None, **fields: Any) -> Approver:
    """Create a supervisor with a key."""
    return Approver(person(ledger, "supervisor", limits, **fields))


def write_off(account: str, **fields: Any) -> pb.PreviewRequest:
    """Describe the write-off of an account."""
    return pb.PreviewRequest(
        write_off=ledger_pb.WriteOffRequest(
            **{
                "loan_account_id": account,
                "reason": "no means to pay",
                "reason_code": "hardship",
                **fields,
            }
        )
    )


def waiver(account: str, amount: str, **fields: Any) -> pb.PreviewRequest:
    """Describe a waiver."""
    return pb.PreviewRequest(
        waive_fee=ledger_pb.WaiveFeeRequest(
            **{
                "loan_account_id": account,
                "waiver_amount": amount,
                "reason": "as a courtesy",
                "reason_code": "courtesy",
                **fields,
            }
        )
    )


def adjustment(account: str, principal: str, fees: str = "0") -> pb.PreviewRequest:
    """Describe an adjustment."""
    return pb.PreviewRequest(
        make_adjustment=ledger_pb.MakeAdjustmentRequest(
            loan_account_id=account,
            principal_delta=principal,
            fee_delta=fees,
            reason="set right",
            reason_code="posting_error",
        )
    )


def undo(account: str) -> pb.PreviewRequest:
    """Describe the undo of a write-off."""
    return pb.PreviewRequest(
        undo_write_off=pb.UndoWriteOffRequest(loan_account_id=account, reason="paid since")
    )


def recovery(account: str, amount: str) -> pb.PreviewRequest:
    """Describe money that came in after a write-off."""
    return pb.PreviewRequest(
        record_recovery=pb.RecordRecoveryRequest(
            loan_account_id=account, amount=amount, reason="from the agency"
        )
    )


def refund(account: str, amount: str) -> pb.PreviewRequest:
    """Describe the refund of an overpayment."""
    return pb.PreviewRequest(
        refund_overpayment=pb.RefundOverpaymentRequest(
            loan_account_id=account, amount=amount, reason="paid twice", reason_code="other"
        )
    )


def ask(caller: Caller, command: pb.PreviewRequest, **fields: Any) -> pb.ApprovalResponse:
    """Ask for a command."""
    request = pb.RequestApprovalRequest(command=command, **{"idempotency_key": new_key(), **fields})
    return caller.approvals.Request(request, metadata=caller.metadata(), timeout=45)


def get(caller: Caller, request_id: str) -> pb.ApprovalResponse:
    """Look at a request."""
    message = pb.GetApprovalRequest(request_id=request_id)
    return caller.approvals.Get(message, metadata=caller.metadata(), timeout=45)


def cancel(caller: Caller, request_id: str) -> pb.ApprovalResponse:
    """Take a request back."""
    message = pb.CancelApprovalRequest(request_id=request_id, idempotency_key=new_key())
    return caller.approvals.Cancel(message, metadata=caller.metadata(), timeout=45)


def resubmit(caller: Caller, request_id: str, account_version: int = 0) -> pb.ApprovalResponse:
    """Ask again, having looked at the account as it is."""
    seen = account_version or get(caller, request_id).account_version
    message = pb.ResubmitApprovalRequest(
        request_id=request_id, account_version=seen, idempotency_key=new_key()
    )
    return caller.approvals.Resubmit(message, metadata=caller.metadata())


def refused(act: Any, *args: Any, **fields: Any) -> pb.RefusalDetail:
    """Do what is to be refused, and give why it was."""
    with pytest.raises(grpc.RpcError) as error:
        act(*args, **fields)
    return refusal_of(error.value)
