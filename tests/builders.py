"""Builders that every room's tests share: keys, tokens, a ledger process, loans, staff.

A builder gives sensible defaults for everything that a test does not care about.
"""

import base64
import os
import secrets
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from google.rpc.status_pb2 import Status as RichStatus  # type: ignore[import-untyped]
from grpc_health.v1 import health_pb2

from embedded.process import Process, free_port, spawn, stop
from proto import accounting_ledger_pb2 as ledger_pb
from proto import actor_token
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import ISSUERS
from proto.servicing_pb2_grpc import (
    ApprovalServiceStub,
    JournalServiceStub,
    LoanServiceStub,
    OperationsServiceStub,
    PreviewServiceStub,
    StaffServiceStub,
)
from proto.values import Money

READY_SECONDS_MAX: Final = 60.0
CALL_SECONDS_MAX: Final = 45.0

STAFF: Final = {
    "staff-support": ("support", "Sarah Nguyen"),
    "staff-supervisor": ("supervisor", "Michael Torres"),
    "staff-compliance": ("compliance", "Priya Raman"),
    "staff-analyst": ("analyst", "Anna Berg"),
    "staff-admin": ("admin", "Alex Kim"),
}
"""Staff id to role and display name; the username is the role."""

Metadata = tuple[tuple[str, str], ...]


def new_key() -> str:
    """Make an idempotency key."""
    return uuid.uuid4().hex


def new_id(prefix: str) -> str:
    """Make an id that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


# ------------------------------------------------------------------ keys and tokens


def make_keys(keys_dir: Path) -> Path:
    """Make the keys of a product: one a token issuer, and the master key."""
    public = keys_dir / "public"
    public.mkdir(parents=True, exist_ok=True)
    for issuer in ISSUERS:
        key = Ed25519PrivateKey.generate()
        private = keys_dir / f"{issuer}.pem"
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        private.chmod(0o600)
        (public / f"{issuer}.pem").write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    master = keys_dir / "master.key"
    master.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
    master.chmod(0o600)
    return keys_dir


def signing_key(keys_dir: Path, issuer: str) -> Ed25519PrivateKey:
    """Read an issuer's private key."""
    key = load_pem_private_key((keys_dir / f"{issuer}.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def token_for(keys_dir: Path, actor_id: str) -> str:
    """Sign a token: `system` by the command line, `projector` by itself, staff by the desk."""
    issuer = {"system": "command-line", "projector": "projector"}.get(actor_id, "desk")
    return actor_token.mint(
        signing_key(keys_dir, issuer),
        issuer=issuer,
        actor_id=actor_id,
        session_id=uuid.uuid4().hex,
        now=datetime.now(UTC),
    )


# ------------------------------------------------------------------ requests


def instalments_of(amount_cents: int, count: int, first_due: date) -> list[pb.Instalment]:
    """Split an amount over weekly instalments; what does not divide is in the last."""
    part = amount_cents // count
    parts = [part] * (count - 1) + [amount_cents - part * (count - 1)]
    return [
        pb.Instalment(
            payment_number=number,
            due_date=(first_due + timedelta(weeks=number - 1)).isoformat(),
            amount=str(Money(cents)),
        )
        for number, cents in enumerate(parts, start=1)
    ]


def open_loan_request(
    *,
    account_id: str = "",
    customer_id: str = "CUS-1",
    loan_amount: str = "500.00",
    loan_fee: str = "100.00",
    instalments: int = 4,
    opened: date | None = None,
) -> pb.OpenLoanRequest:
    """Ask for an account that holds to every rule."""
    account_id = account_id or new_id("LA")
    opened = opened or datetime.now(UTC).date() - timedelta(days=14)
    cents = Money.parse(loan_amount) + Money.parse(loan_fee)
    return pb.OpenLoanRequest(
        loan_account_id=account_id,
        account_number=f"N-{account_id}",
        customer_id=customer_id,
        application_number=f"APP-{account_id}",
        loan_amount=loan_amount,
        loan_fee=loan_fee,
        opened_date=opened.isoformat(),
        payment_frequency="weekly",
        instalments=instalments_of(cents, instalments, opened + timedelta(weeks=1)),
        idempotency_key=new_key(),
    )


# ------------------------------------------------------------------ a ledger and its callers


class Caller:
    """Calls a ledger as one actor. `stub.Method(request, metadata=caller.metadata())`."""

    def __init__(self, address: str, keys_dir: Path, actor_id: str) -> None:
        self.actor_id, self._keys_dir = actor_id, keys_dir
        self.channel = grpc.insecure_channel(address)
        self.accounting = AccountingLedgerServiceStub(self.channel)
        self.loans = LoanServiceStub(self.channel)
        self.previews = PreviewServiceStub(self.channel)
        self.approvals = ApprovalServiceStub(self.channel)
        self.staff = StaffServiceStub(self.channel)
        self.journal = JournalServiceStub(self.channel)
        self.operations = OperationsServiceStub(self.channel)
        self._token = token_for(keys_dir, actor_id)
        self._minted_at = time.monotonic()

    def metadata(self, at: datetime | None = None) -> Metadata:
        """Give the call's metadata, with the demo clock at `at`; the token is kept fresh."""
        if time.monotonic() - self._minted_at > 120:
            self._token, self._minted_at = (
                token_for(self._keys_dir, self.actor_id),
                time.monotonic(),
            )
        fields = ((actor_token.METADATA_KEY, f"Bearer {self._token}"),)
        return fields if at is None else (*fields, ("x-demo-time", at.isoformat()))

    def open_loan(
        self, request: pb.OpenLoanRequest | None = None, at: datetime | None = None
    ) -> str:
        """Open a loan account and give its id."""
        request = request or open_loan_request()
        self.loans.OpenLoan(request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX)
        return request.loan_account_id

    def disburse(self, account_id: str, amount: str = "500.00", at: datetime | None = None) -> None:
        """Pay a loan out."""
        self.accounting.DisburseLoan(
            ledger_pb.DisburseLoanRequest(
                loan_account_id=account_id, disbursement_amount=amount, idempotency_key=new_key()
            ),
            metadata=self.metadata(at),
            timeout=CALL_SECONDS_MAX,
        )

    def active_loan(
        self, request: pb.OpenLoanRequest | None = None, at: datetime | None = None
    ) -> str:
        """Open a loan, pay it out, and give the account's id."""
        request = request or open_loan_request()
        self.open_loan(request, at)
        self.disburse(request.loan_account_id, request.loan_amount, at)
        return request.loan_account_id

    def repay(
        self, account_id: str, amount: str, at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Record a repayment."""
        request = ledger_pb.RecordRepaymentRequest(
            loan_account_id=account_id,
            amount=amount,
            **{"idempotency_key": new_key(), **fields},  # type: ignore[arg-type] # fields of the request
        )
        return self.accounting.RecordRepayment(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def late_fee(
        self, account_id: str, amount: str = "15.00", at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Charge a late fee."""
        request = ledger_pb.ApplyLateFeeRequest(
            loan_account_id=account_id,
            fee_amount=amount,
            **{"days_past_due": 1, "idempotency_key": new_key(), **fields},  # type: ignore[arg-type] # the same
        )
        return self.accounting.ApplyLateFee(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def waive(
        self, account_id: str, amount: str, at: datetime | None = None, **fields: object
    ) -> ledger_pb.TransactionResponse:
        """Waive a fee, approved by who acts."""
        request = ledger_pb.WaiveFeeRequest(
            loan_account_id=account_id,
            waiver_amount=amount,
            **{  # type: ignore[arg-type] # the same
                "reason": "as a courtesy",
                "reason_code": "courtesy",
                "approved_by": self.actor_id,
                "idempotency_key": new_key(),
                **fields,
            },
        )
        return self.accounting.WaiveFee(
            request, metadata=self.metadata(at), timeout=CALL_SECONDS_MAX
        )

    def balance(self, account_id: str) -> ledger_pb.GetBalanceResponse:
        """Ask what is owed."""
        return self.accounting.GetBalance(
            ledger_pb.GetBalanceRequest(loan_account_id=account_id),
            metadata=self.metadata(),
            timeout=CALL_SECONDS_MAX,
        )

    def create_staff(
        self,
        staff_id: str,
        roles: list[str],
        display_name: str = "A Person",
        limits: Mapping[str, str] | None = None,
        username: str = "",
    ) -> pb.StaffResponse:
        """Create a staff member."""
        return self.staff.Create(
            pb.CreateStaffRequest(
                staff_id=staff_id,
                username=username or staff_id,
                display_name=display_name,
                roles=roles,
                limits=limits or {},
                idempotency_key=new_key(),
            ),
            metadata=self.metadata(),
            timeout=CALL_SECONDS_MAX,
        )

    def entries(self) -> list[pb.JournalEntry]:
        """Read the whole journal."""
        found: list[pb.JournalEntry] = []
        while True:
            position = found[-1].position if found else 0
            page = self.journal.ReadJournal(
                pb.ReadJournalRequest(from_position=position, limit=1000),
                metadata=self.metadata(),
                timeout=CALL_SECONDS_MAX,
            )
            found.extend(page.entries)
            if not page.entries:
                return found

    def close(self) -> None:
        """Close the connection."""
        self.channel.close()


@dataclass
class LedgerProcess:
    """A real ledger, `python -m ledger`, on a free port and in a folder of its own."""

    data_dir: Path
    redis_url: str = ""
    app_mode: str = "demo"

    def __post_init__(self) -> None:
        """Make the keys and choose the port; `start` starts it."""
        self.keys_dir = self.data_dir / "keys"
        if not self.keys_dir.exists():
            make_keys(self.keys_dir)
        self.address = f"127.0.0.1:{free_port()}"
        self.log = self.data_dir / "ledger.log"
        self.process: Process | None = None
        self._callers: dict[str, Caller] = {}

    def environment(self) -> dict[str, str]:
        """Give the settings of the process."""
        return {
            **os.environ,
            "DATA_DIR": str(self.data_dir),
            "KEYS_DIR": str(self.keys_dir),
            "LEDGER_LISTEN": self.address,
            "LEDGER_DATABASE_URL": "",
            "REDIS_URL": self.redis_url,
            "APP_MODE": self.app_mode,
        }

    def start(self) -> Self:
        """Start it and wait until it is healthy."""
        self.process = spawn([sys.executable, "-m", "ledger"], self.log, self.environment())
        deadline = time.monotonic() + READY_SECONDS_MAX
        with grpc.insecure_channel(self.address) as channel:
            while not _is_serving(channel):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"the ledger did not start: {self.log.read_text()}")
                time.sleep(0.05)
        return self

    def caller(self, actor_id: str) -> Caller:
        """Give a connection as one actor."""
        if actor_id not in self._callers:
            self._callers[actor_id] = Caller(self.address, self.keys_dir, actor_id)
        return self._callers[actor_id]

    @property
    def system(self) -> Caller:
        """The command line's actor."""
        return self.caller("system")

    def with_staff(self) -> Self:
        """Create one staff member a role, by the ids of STAFF."""
        for staff_id, (role, name) in STAFF.items():
            self.system.create_staff(staff_id, [role], name, username=role)
        return self

    def kill(self) -> None:
        """End it as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end and give its exit status."""
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()
        return stop(self.process) if self.process is not None else 0

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


def _is_serving(channel: grpc.Channel) -> bool:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = check(health_pb2.HealthCheckRequest(), timeout=2)
    except grpc.RpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def refusal_of(error: grpc.RpcError) -> pb.RefusalDetail:
    """Read the details of a refused call; empty when it was no refusal."""
    found = pb.RefusalDetail()
    metadata = cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ())
    for name, value in metadata:
        if name == "grpc-status-details-bin":
            RichStatus.FromString(value).details[0].Unpack(found)
    return found
