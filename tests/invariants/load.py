"""Mixed commands and events for the fault tests, each sent until it is answered."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import grpc
import redis

from embedded import keys
from proto import accounting_ledger_pb2 as wire
from proto import accounting_ledger_pb2_grpc as ledger_rpc
from proto import actor_token, codec
from proto import servicing_pb2 as ours
from proto import servicing_pb2_grpc as ours_rpc
from proto.streams import INBOX
from tests.stage import Stage

Answer = TypeVar("Answer")

UNANSWERED: Final = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
)
"""After these the outcome is not known: the same key is sent again (ledger.md, Rules)."""

PATIENCE_SECONDS: Final = 120.0


@dataclass
class Load:
    """Sends to one stage and remembers what was acknowledged."""

    stage: Stage
    acknowledged: dict[str, str] = field(default_factory=dict)
    retried: int = 0
    replayed: int = 0

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Speak as the command line, with a token made now."""
        key = keys.private_key(self.stage.folder / "keys", "command-line")
        token = actor_token.mint(
            key, issuer="command-line", actor_id="system", session_id="load", now=datetime.now(UTC)
        )
        return ((actor_token.METADATA_KEY, f"Bearer {token}"),)

    def until_answered(self, call: Callable[[grpc.Channel], Answer]) -> Answer:
        """Call until there is an answer or a refusal; the key inside stays the same."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with grpc.insecure_channel(self.stage.ledger_address) as channel:
                try:
                    return call(channel)
                except grpc.RpcError as error:
                    if error.code() not in UNANSWERED or time.monotonic() > deadline:
                        raise
                    self.retried += 1
                    time.sleep(0.1)

    def open_loan(self, account: str, customer: str, amount: str = "2000.00") -> None:
        """Open and disburse a loan of one instalment."""
        opening = ours.OpenLoanRequest(
            loan_account_id=account,
            account_number=f"N-{account}",
            customer_id=customer,
            loan_amount=amount,
            loan_fee="0.00",
            opened_date=datetime.now(UTC).date().isoformat(),
            payment_frequency="weekly",
            schedule_id=f"SCH-{account}",
            instalments=[ours.Instalment(payment_number=1, due_date="2099-01-01", amount=amount)],
            idempotency_key=f"open-{account}",
        )
        payout = wire.DisburseLoanRequest(
            loan_account_id=account,
            disbursement_amount=amount,
            bank_reference=f"BANK-{account}",
            payment_method="bank_transfer",
            idempotency_key=f"disburse-{account}",
        )
        self.until_answered(
            lambda channel: ours_rpc.LoanServiceStub(channel).OpenLoan(
                opening, metadata=self.metadata(), timeout=45
            )
        )
        self.until_answered(
            lambda channel: ledger_rpc.AccountingLedgerServiceStub(channel).DisburseLoan(
                payout, metadata=self.metadata(), timeout=45
            )
        )

    def repay(self, account: str, key: str, amount: str = "1.00") -> None:
        """Record a repayment whose reference is its key."""
        request = wire.RecordRepaymentRequest(
            loan_account_id=account, amount=amount, payment_reference=key, idempotency_key=key
        )
        answer = self.until_answered(
            lambda channel: ledger_rpc.AccountingLedgerServiceStub(channel).RecordRepayment(
                request, metadata=self.metadata(), timeout=45
            )
        )
        self.replayed += answer.idempotent_replay
        self.acknowledged[key] = answer.transaction.transaction_id

    def charge(self, account: str, key: str) -> None:
        """Charge a late fee of one dollar."""
        request = wire.ApplyLateFeeRequest(
            loan_account_id=account, fee_amount="1.00", days_past_due=1, idempotency_key=key
        )
        answer = self.until_answered(
            lambda channel: ledger_rpc.AccountingLedgerServiceStub(channel).ApplyLateFee(
                request, metadata=self.metadata(), timeout=45
            )
        )
        self.replayed += answer.idempotent_replay
        self.acknowledged[key] = answer.transaction.transaction_id

    def publish(self, number: int) -> None:
        """Put an outside account's update onto the inbox; a retry may double the entry."""
        body = {
            "account_id": f"OUT-{number % 20:03d}",
            "current_balance": f"{number}.00",
            "status": "ACTIVE",
            "timestamp": f"2025-01-01T00:{number // 60:02d}:{number % 60:02d}Z",
        }
        fields: dict[Any, Any] = {
            "id": f"outside-{number}",
            "typ": "account.updated.v1",
            "payload": codec.canonical(body),
        }
        deadline = time.monotonic() + PATIENCE_SECONDS
        with redis.Redis.from_url(self.stage.redis.url) as client:
            while not _added(client, fields):
                assert time.monotonic() < deadline
                self.retried += 1
                time.sleep(0.1)

    def mixed(self, accounts: list[str], count: int) -> Iterator[Callable[[], None]]:
        """Give `count` things to do: of ten, six repayments, one fee, three events."""
        turn = itertools.cycle(accounts)
        for number in range(count):
            account = next(turn)
            if number % 10 < 6:
                yield partial(self.repay, account, f"pay-{number:06d}")
            elif number % 10 == 6:
                yield partial(self.charge, account, f"fee-{number:06d}")
            else:
                yield partial(self.publish, number)


def _added(client: redis.Redis, fields: dict[Any, Any]) -> bool:
    try:
        return bool(client.xadd(INBOX, fields))
    except redis.RedisError:
        return False
