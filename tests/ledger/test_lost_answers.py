"""A kept answer that somebody took away or changed: no money moves twice, and it is named."""

# ruff: noqa: ANN401 - messages of any kind
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from ledger.rpc.requests import request_hash
from ledger.verification.command import RIGHT, WRONG
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2 import RecordRepaymentRequest
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2_grpc import ApprovalServiceStub, LoanServiceStub, StaffServiceStub
from tests.builders import Caller, LedgerProcess, new_id
from tests.ledger.approvers import person
from tests.ledger.every_command import do_everything
from tests.ledger.forging import change_tables, forging, verified

NO_MONEY: Final = {
    "NoteService/AddNote",
    "NoteService/AmendNote",
    "ReviewService/MarkVerified",
    "ReviewService/QueryItem",
    "StaffService/Disable",
    "StaffService/Enable",
    "StaffService/GiveStartPassword",
    "StaffService/SetLimits",
    "StaffService/SetRoles",
}
"""What is recorded anew where its caller names no version: it moves no money, decides nothing."""


class Recorder(grpc.UnaryUnaryClientInterceptor):
    """Remembers each command that was done, to send it again."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, Any, Any]] = []

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Call, and remember what has a key."""
        call = continuation(details, request)
        if call.exception() is None and getattr(request, "idempotency_key", None):
            name = details.method.rpartition(".")[2]
            self.sent.append((name, continuation, details, request))
        return call

    def caller(self, caller: Caller) -> Caller:
        """Give a connection of the same person that is listened to."""
        caller.channel = grpc.intercept_channel(caller.channel, self)
        caller.accounting = AccountingLedgerServiceStub(caller.channel)
        caller.loans = LoanServiceStub(caller.channel)
        caller.approvals = ApprovalServiceStub(caller.channel)
        caller.staff = StaffServiceStub(caller.channel)
        return caller


def _position(ledger: LedgerProcess) -> int:
    caller = ledger.system
    return caller.operations.Health(pb.HealthRequest(), metadata=caller.metadata()).journal_position


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_without_any_answer_no_money_moves_twice(
    ledger_alone: LedgerProcess, database_url: str
) -> None:
    """I4: each posting bears its key's mark under the chain, and a state tells the rest."""
    ledger, recorder = ledger_alone, Recorder()
    supervisor = person(ledger, "supervisor", {"reversal": "10000.00"}).actor_id
    names = ("system", supervisor, "staff-support", "staff-admin", "staff-compliance")
    do_everything(*(recorder.caller(ledger.caller(name)) for name in names))
    ledger.kill()
    status, sentence = verified(ledger.data_dir, database_url)
    assert status == RIGHT, sentence
    change_tables(ledger.data_dir, database_url, "DELETE FROM answers")
    status, sentence = verified(ledger.data_dir, database_url)
    assert (status, "the answer under its idempotency key is gone" in sentence) == (WRONG, True)
    ledger.start()
    twice, before = set(), _position(ledger)
    for name, continuation, details, request in list(recorder.sent):
        continuation(details, request).exception()
        after = _position(ledger)
        twice |= {name} if after > before else set()
        before = after
    assert twice == NO_MONEY


def test_an_answer_about_staff_that_tells_otherwise_is_named_and_not_repeated(
    data_dir: Path,
) -> None:
    """As that of a transaction is: it is told anew from the history and held against that."""
    with LedgerProcess(data_dir) as ledger:
        ledger.with_staff()
        staff_id, key = new_id("p"), "the-key-of-somebody-new"
        person(ledger, "support", staff_id=staff_id, idempotency_key=key)
        ledger.stop()
        assert verified(data_dir)[0] == RIGHT
        with forging(data_dir) as connection:
            _bend(connection, key)
        status, sentence = verified(data_dir)
        assert (status, f"staff:{staff_id}:1" in sentence) == (WRONG, True)
        ledger.start()
        with pytest.raises(grpc.RpcError, match="journal tells"):
            person(ledger, "support", staff_id=staff_id, idempotency_key=key)


def _bend(connection: sqlite3.Connection, key: str) -> None:
    with closing(connection.execute("SELECT response FROM answers WHERE key = ?", (key,))) as found:
        (answer,) = found.fetchone()
    assert b"support" in answer
    bent = answer.replace(b"support", b"analyst")
    connection.execute("UPDATE answers SET response = ? WHERE key = ?", (bent, key))


def test_an_answer_about_another_payment_is_named_and_not_repeated(data_dir: Path) -> None:
    """Swapped, or made up for a payment that is still to come: it bears another key's mark."""
    with LedgerProcess(data_dir) as ledger:
        account = ledger.system.active_loan()
        for key in ("the-first-key", "the-second-key"):
            ledger.system.repay(account, "10.00", idempotency_key=key)
        ledger.stop()
        assert verified(data_dir)[0] == RIGHT
        coming = RecordRepaymentRequest(
            loan_account_id=account, amount="10.00", idempotency_key="the-third-key"
        )
        first = "SELECT response FROM answers WHERE key = 'the-first-key'"
        with forging(data_dir) as connection:
            connection.execute(
                "INSERT INTO answers SELECT 'the-third-key', ?, response, position + 1 "
                "FROM answers WHERE key = 'the-first-key'",
                (request_hash("system", coming),),
            )
        status, sentence = verified(data_dir)
        assert (status, "the-third-key tells other figures" in sentence) == (WRONG, True)
        with forging(data_dir) as connection:
            connection.execute(
                f"UPDATE answers SET response = ({first}) WHERE key = 'the-second-key'"  # noqa: S608
            )
        status, sentence = verified(data_dir)
        assert (status, "the-second-key tells other figures" in sentence) == (WRONG, True)
        ledger.start()
        for key in ("the-second-key", "the-third-key"):
            with pytest.raises(grpc.RpcError, match="journal tells"):
                ledger.system.repay(account, "10.00", idempotency_key=key)
