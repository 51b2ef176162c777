"""A journal in which one request was decided, built event by event, for its receipt."""

import base64
import hashlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.journal import Entry, Group
from ledger.journal.memory import MemoryJournal
from ledger.proof.chain import entry_hash
from ledger.proof.growth import Growth
from ledger.proof.heads import HeadSigner, exported
from ledger.proof.receipt import proven, receipt_of
from ledger.proof.tree import Nodes
from proto import codec, decision
from proto.proof import key_id, raw_public
from proto.values import Instant

ACCOUNT: Final = "LA-1"
REQUEST: Final = "RQ-1"
REQUESTER: Final = "sarah"
APPROVER: Final = "michael"
AT: Final = Instant.parse("2026-02-03T04:05:06.000000Z")


def load_verifier() -> ModuleType:
    """Load the stranger's script as a module of its own."""
    path = Path(__file__).parents[2] / "docs" / "verify_receipt.py"
    spec = importlib.util.spec_from_file_location("verify_receipt", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_receipt"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Story:
    """What is asked for and decided; change a field to tell it otherwise."""

    command: dict[str, Any] = field(
        default_factory=lambda: {
            "command": "WaiveFee",
            "loan_account_id": ACCOUNT,
            "amount": "80.00",
            "effective_date": "",
            "reason_code": "hardship",
            "target_transaction_id": "",
            "texts": {"reason": "c2VhbGVk"},
        }
    )
    request: dict[str, Any] = field(default_factory=dict)
    statement: dict[str, Any] = field(default_factory=dict)
    decision: dict[str, Any] = field(default_factory=dict)
    decision_type: str = "approval.approved.v1"
    effect: dict[str, Any] = field(default_factory=dict)
    effect_type: str = "fee.waived.v1"
    effect_actor: str = APPROVER
    effect_at: Instant = AT
    requester: str = REQUESTER
    enrolled_by: str = APPROVER
    enrolled: dict[str, Any] = field(default_factory=dict)
    revoked: bool = False
    approver_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    ledger_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    signing_key: Ed25519PrivateKey | None = None

    def __post_init__(self) -> None:
        """Begin with an empty journal."""
        self.journal = MemoryJournal()
        self._growth = Growth(self.journal, HeadSigner(self.ledger_key))

    def add(
        self,
        subject: str,
        event_type: str,
        actor: str,
        body: Mapping[str, Any],
        at: Instant = AT,
    ) -> Entry:
        """Record an event, with a signed head."""
        head = self.journal.head()
        entry = Entry(
            position=head.position + 1,
            subject_id=subject,
            version=len(self.journal.read_subject(subject, 0, 1_000)) + 1,
            event_type=event_type,
            recorded_at=str(at),
            actor=actor,
            body=codec.canonical(body),
            hash="",
            prev=head.hash,
        )
        entry = msgspec.structs.replace(entry, hash=entry_hash(entry))
        grown = self._growth.grown([entry], (), AT)
        self.journal.append(Group(entries=(entry,), signed_head=grown.signed_head))
        self._growth.keep(grown)
        return entry

    def proven(self, subject: str, version: int) -> dict[str, Any]:
        """Give any true entry as a receipt gives it, by the newest head."""
        entry = self.journal.read_subject(subject, version - 1, 1)[0]
        size = self.journal.head().position
        return proven(entry, size, Nodes(self.journal))

    def keys(self) -> bytes:
        """Give the ledger's published keys."""
        public = self.ledger_key.public_key()
        return exported({key_id(public): public})

    def tell(self) -> bytes:
        """Record the whole story and give its receipt."""
        self.add(ACCOUNT, "account.created.v1", "system", {"account_id": ACCOUNT})
        versions = self._staff()
        command = codec.canonical(self.command).decode()
        asked = {
            "requestId": REQUEST,
            "command": command,
            "commandHash": hashlib.sha256(command.encode()).hexdigest(),
            "loanAccountId": ACCOUNT,
            "amount": self.command.get("amount", "80.00"),
            "requestedBy": self.requester,
            **self.request,
        }
        self.add(f"request:{REQUEST}", "approval.requested.v1", self.requester, asked)
        self._decide(asked, versions)
        for _ in range(3):
            self.add("LA-2", "account.created.v1", "system", {"account_id": "LA-2"})
        return receipt_of(self.journal, REQUEST).encode()

    def _staff(self) -> int:
        public = raw_public(self.approver_key.public_key())
        self.add(f"staff:{APPROVER}", "staff.created.v1", "admin", {"staff_id": APPROVER})
        key = {
            "staff_id": APPROVER,
            "key_id": "K1",
            "public_key": base64.b64encode(public).decode(),
            **self.enrolled,
        }
        self.add(f"staff:{APPROVER}", "staff.key_enrolled.v1", self.enrolled_by, key)
        if self.revoked:
            body = {"staff_id": APPROVER, "key_id": "K1"}
            self.add(f"staff:{APPROVER}", "staff.key_revoked.v1", "admin", body)
        return 3 if self.revoked else 2

    def _decide(self, asked: dict[str, Any], versions: int) -> None:
        is_approved = "approved" in self.decision_type
        fields = {
            "request_id": REQUEST,
            "request_hash": asked["commandHash"],
            "decision": "approve" if is_approved else "reject",
            "comment_hash": decision.comment_hash(b"salt", "as agreed"),
            "approver": APPROVER,
            "account_version": 1,
            "changes_seen": False,
            "policy": "waiver-limit",
            "decided_at": AT,
        }
        statement = codec.canonical(
            {**msgspec.json.decode(decision.statement(**fields)), **self.statement}
        )
        key = self.signing_key or self.approver_key
        body = {
            "requestId": REQUEST,
            "approvedBy" if is_approved else "rejectedBy": APPROVER,
            "statement": statement.decode(),
            "signature": base64.b64encode(key.sign(statement)).decode(),
            "keyId": "K1",
            "approverVersion": versions,
        }
        if is_approved:
            body["ledgerEventId"] = f"{ACCOUNT}:2"
        self.add(f"request:{REQUEST}", self.decision_type, APPROVER, {**body, **self.decision})
        if is_approved:
            self._carry_out()

    def _carry_out(self) -> None:
        terms = {
            name: value
            for name, value in self.command.items()
            if value not in ("", None) and name not in ("command", "loan_account_id", "texts")
        }
        posted = {
            "account_id": ACCOUNT,
            "request_id": REQUEST,
            "requested_by": self.requester,
            "approved_by": APPROVER,
            "sealed_texts": self.command.get("texts", {}),
            **terms,
            **self.effect,
        }
        self.add(ACCOUNT, self.effect_type, self.effect_actor, posted, self.effect_at)
