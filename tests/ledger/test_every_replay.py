"""Every kind of command, sent twice with its key: one effect, one answer."""

# ruff: noqa: ANN401 - messages of any kind
from typing import Any, Final

import grpc

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import OperationsServiceStub
from tests.builders import Caller, LedgerProcess
from tests.ledger.approvers import person
from tests.ledger.every_command import do_everything


class Twice(grpc.UnaryUnaryClientInterceptor):
    """Sends each command again, and looks at the answer and at the journal."""

    def __init__(self, caller: Caller) -> None:
        self._operations, self._metadata = OperationsServiceStub(caller.channel), caller.metadata
        self.sent: set[str] = set()

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Call once, and again where a key makes it a command."""
        call = continuation(details, request)
        if call.exception() is None and getattr(request, "idempotency_key", None):
            self.sent.add(details.method.rpartition(".")[2])
            self._again(call.result(), continuation, details, request)
        return call

    def _again(self, first: Any, continuation: Any, details: Any, request: Any) -> None:
        before = self._position()
        second = continuation(details, request).result()
        assert self._position() == before, details.method
        if hasattr(second, "idempotent_replay"):
            assert second.idempotent_replay
            second.idempotent_replay = False
            assert second == first, details.method

    def _position(self) -> int:
        health = self._operations.Health(pb.HealthRequest(), metadata=self._metadata())
        return int(health.journal_position)


def _twice(caller: Caller) -> tuple[Caller, Twice]:
    """Give a connection of the same person that sends everything twice."""
    twice = Twice(caller)
    caller.pass_through(twice)
    return caller, twice


def test_every_kind_of_command_sent_again_is_a_replay(ledger_alone: LedgerProcess) -> None:
    """I4: the answer of the first time, marked as such, and not one entry more."""
    limits = {"reversal": "10000.00"}
    supervisor = person(ledger_alone, "supervisor", limits).actor_id
    names = ("system", supervisor, "staff-support", "staff-admin", "staff-compliance")
    callers, seen = zip(*[_twice(ledger_alone.caller(name)) for name in names], strict=True)
    do_everything(*callers)
    sent = set().union(*(each.sent for each in seen))
    assert sent == _commands() - _NEVER_ALONE - {"OperationsService/RunEndOfDay"}


_NEVER_ALONE: Final = {
    "AccountingLedgerService/WriteOff",
    "LoanService/UndoWriteOff",
    "LoanService/RecordRecovery",
    "LoanService/CorrectPayment",
    "LoanService/IssueCorrection",
}
"""Direct calls that only lead to a request; what is approved is sent twice above."""


def _commands() -> set[str]:
    """Every rpc whose request has a key."""
    services = [
        service
        for module in (ledger_pb, pb)
        for service in module.DESCRIPTOR.services_by_name.values()
    ]
    return {
        f"{service.name}/{method.name}"
        for service in services
        for method in service.methods
        if "idempotency_key" in method.input_type.fields_by_name
    }
