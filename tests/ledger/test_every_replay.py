"""Every kind of command, sent twice with its key: one effect, one answer."""

# ruff: noqa: ANN401 - messages of any kind
from typing import Any, Final

import grpc

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.servicing_pb2_grpc import (
    ApprovalServiceStub,
    LoanServiceStub,
    NoteServiceStub,
    OperationsServiceStub,
    ReviewServiceStub,
    StaffServiceStub,
)
from tests.builders import Caller, LedgerProcess, new_id, new_key
from tests.ledger.approvers import (
    Approver,
    adjustment,
    ask,
    cancel,
    person,
    recovery,
    resubmit,
    undo,
    write_off,
)
from tests.ledger.taking_back import correction, issue, reverse


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
    caller.channel = grpc.intercept_channel(caller.channel, twice)
    caller.accounting = AccountingLedgerServiceStub(caller.channel)
    caller.loans = LoanServiceStub(caller.channel)
    caller.approvals = ApprovalServiceStub(caller.channel)
    caller.staff = StaffServiceStub(caller.channel)
    caller.operations = OperationsServiceStub(caller.channel)
    return caller, twice


def test_every_kind_of_command_sent_again_is_a_replay(ledger_alone: LedgerProcess) -> None:
    """I4: the answer of the first time, marked as such, and not one entry more."""
    limits = {"reversal": "10000.00"}
    supervisor = person(ledger_alone, "supervisor", limits).actor_id
    names = ("system", supervisor, "staff-support", "staff-admin", "staff-compliance")
    callers, seen = zip(*[_twice(ledger_alone.caller(name)) for name in names], strict=True)
    system, decider, support, admin, compliance = callers
    _work(system, decider)
    approver = Approver(decider)
    _requests(system, support, admin, approver)
    _people(admin, approver)
    _marks(system, support, compliance)
    sent = set().union(*(each.sent for each in seen))
    assert sent == _commands() - _NEVER_ALONE - {"OperationsService/RunEndOfDay"}


def _work(system: Caller, supervisor: Caller) -> None:
    account = system.active_loan()
    paid = system.repay(account, "700.00").transaction.transaction_id
    supervisor.refund(account, "10.00")
    supervisor.waive(account, "10.00", target_transaction_id=f"TXN-{account}-4")
    account = system.active_loan()
    system.late_fee(account)
    system.dishonour_fee(account)
    supervisor.adjust(account, "-5.00")
    paid = system.repay(account, "70.00").transaction.transaction_id
    reverse(supervisor, account, paid)


def _requests(system: Caller, support: Caller, admin: Caller, approver: Approver) -> None:
    account = system.active_loan()
    paid = system.repay(account, "70.00").transaction.transaction_id
    for asking, command in (
        (admin, pb.PreviewRequest(correct_payment=correction(account, paid, "60.00"))),
        (admin, pb.PreviewRequest(issue_correction=issue(account, "1700000000000-0", "5.00"))),
        (support, adjustment(account, "-20.00")),
        (support, write_off(account)),
        (support, recovery(account, "20.00")),
        (support, undo(account)),
    ):
        approver.approve(ask(asking, command).request_id)
    asked = ask(support, write_off(account)).request_id
    approver.return_(asked)
    resubmit(support, asked)
    approver.reject(asked)
    cancel(support, ask(support, write_off(account)).request_id)


def _people(admin: Caller, approver: Approver) -> None:
    staff_id, metadata = new_id("p"), admin.metadata()
    admin.create_staff(staff_id, ["support"])
    roles = pb.SetRolesRequest(staff_id=staff_id, roles=["analyst"], idempotency_key=new_key())
    admin.staff.SetRoles(roles, metadata=metadata)
    limits = pb.SetLimitsRequest(
        staff_id=staff_id, limits={"waiver": "10.00"}, idempotency_key=new_key()
    )
    admin.staff.SetLimits(limits, metadata=metadata)
    revoked = pb.RevokeKeyRequest(
        staff_id=approver.caller.actor_id, key_id=approver.key_id, idempotency_key=new_key()
    )
    admin.staff.RevokeKey(revoked, metadata=metadata)
    admin.disable_staff(staff_id)
    enabled = pb.EnableStaffRequest(staff_id=staff_id, idempotency_key=new_key())
    admin.staff.Enable(enabled, metadata=metadata)
    opened = pb.OpenLetterRequest(letter_id="1-0", reader_key=bytes(32), idempotency_key=new_key())
    admin.operations.OpenLetter(opened, metadata=metadata)
    again = pb.ReplayLetterRequest(letter_id="1-0", idempotency_key=new_key())
    admin.operations.ReplayLetter(again, metadata=metadata)
    for read_only in (True, False):
        switched = pb.SetReadOnlyRequest(
            read_only=read_only, reason="month end", idempotency_key=new_key()
        )
        admin.operations.SetReadOnly(switched, metadata=metadata)


def _marks(system: Caller, support: Caller, compliance: Caller) -> None:
    account = system.active_loan()
    notes = NoteServiceStub(support.channel)
    added = notes.AddNote(
        pb.AddNoteRequest(customer_id="CUS-1", text="call later", idempotency_key=new_key()),
        metadata=support.metadata(),
    )
    amended = pb.AmendNoteRequest(
        note_id=added.note_id, text="call soon", idempotency_key=new_key()
    )
    notes.AmendNote(amended, metadata=support.metadata())
    reviews, metadata = ReviewServiceStub(compliance.channel), compliance.metadata()
    paid = support.repay(account, "1.00").event_id
    queried = pb.QueryItemRequest(event_id=paid, note="why?", idempotency_key=new_key())
    reviews.QueryItem(queried, metadata=metadata)
    verified = pb.MarkVerifiedRequest(event_id=paid, idempotency_key=new_key())
    reviews.MarkVerified(verified, metadata=metadata)


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
