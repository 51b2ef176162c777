"""A preview of each kind of command tells what it then does, to the cent and the instalment."""

# ruff: noqa: ANN401 - messages of any kind
from typing import Any, Final

import grpc

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2_grpc import ApprovalServiceStub, LoanServiceStub
from tests.builders import Caller, LedgerProcess
from tests.ledger.approvers import person
from tests.ledger.every_command import do_everything

FIELDS: Final = {
    each.message_type.full_name: each.name
    for each in pb.PreviewRequest.DESCRIPTOR.oneofs_by_name["command"].fields
    if each.message_type is not None
}
"""Request to its field in a preview."""


class Previewing(grpc.UnaryUnaryClientInterceptor):
    """Previews each command before it is sent, and each that is asked for."""

    seen: Final[set[str]] = set()
    promised: Final[dict[str, pb.PreviewResponse]] = {}
    """Request id to what was told when it was asked for."""

    def __init__(self, caller: Caller) -> None:
        self._previews, self._caller = caller.previews, caller
        self._accounting = caller.accounting
        caller.channel = grpc.intercept_channel(caller.channel, self)
        caller.accounting = AccountingLedgerServiceStub(caller.channel)
        caller.loans = LoanServiceStub(caller.channel)
        caller.approvals = ApprovalServiceStub(caller.channel)

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Preview, call, and hold the one against the other."""
        field = FIELDS.get(request.DESCRIPTOR.full_name)
        if field:
            asked = pb.PreviewRequest(**{field: request})
            told = self._preview(asked)
            call = continuation(details, request)
            # Once it is done, its key says nothing about a preview.
            self._previews.Preview(asked, metadata=self._caller.metadata())
            self._compare(told, call.result(), request.loan_account_id)
            return call
        if isinstance(request, pb.RequestApprovalRequest):
            told = self._preview(request.command)
            call = continuation(details, request)
            self.promised[call.result().request_id] = told
            return call
        call = continuation(details, request)
        if details.method.endswith("/Approve"):
            answer = call.result()
            promised = self.promised[request.request_id]
            self._compare(promised, answer.effect, answer.loan_account_id)
        return call

    def _preview(self, asked: pb.PreviewRequest) -> pb.PreviewResponse:
        field = str(asked.WhichOneof("command"))
        self.seen.add(field)
        command: Any = getattr(asked, field)
        if "approved_by" in command.DESCRIPTOR.fields_by_name:  # as if who asks approved it
            command.approved_by = self._caller.actor_id
        told: pb.PreviewResponse = self._previews.Preview(asked, metadata=self._caller.metadata())
        assert told.allowed or told.refusal.reason == "APPROVAL_REQUIRED", told.refusal
        return told

    def _compare(self, told: pb.PreviewResponse, done: Any, account_id: str) -> None:
        if isinstance(done, ledger_pb.TransactionResponse):
            assert _figures(told.transaction) == _figures(done)
        request = ledger_pb.GetBalanceRequest(loan_account_id=account_id)
        now = self._accounting.GetBalance(request, metadata=self._caller.metadata())
        assert told.after.total_outstanding == now.total_outstanding
        assert told.after.account_version == now.account_version


def _figures(answer: ledger_pb.TransactionResponse) -> ledger_pb.TransactionResponse:
    """Leave out what only the command itself gives: ids, times, who, under which request."""
    copy = ledger_pb.TransactionResponse()
    copy.CopyFrom(answer)
    copy.ClearField("event_id")
    for field in ("transaction_id", "portfolio_entry_id", "created_by"):
        copy.transaction.ClearField(field)
    copy.transaction.ClearField("transaction_date")
    copy.transaction.ClearField("created_at")
    copy.transaction.ClearField("account_version")
    for name in ("request_id", "requested_by", "approved_by"):
        copy.transaction.metadata.pop(name, None)
    return copy


def test_a_preview_of_every_command_tells_what_it_does(ledger_alone: LedgerProcess) -> None:
    """Balances, deltas, how it is shared out, and each instalment; of a request what it asks."""
    supervisor = person(ledger_alone, "supervisor", {"reversal": "10000.00"}).actor_id
    names = ("system", supervisor, "staff-support", "staff-admin", "staff-compliance")
    callers = [ledger_alone.caller(name) for name in names]
    for caller in callers[:4]:
        Previewing(caller)
    do_everything(*callers)
    assert Previewing.seen == set(FIELDS.values())
