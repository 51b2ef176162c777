"""Every kind of command that there is, one after the other, against a real ledger."""

from proto import servicing_pb2 as pb
from proto.servicing_pb2_grpc import NoteServiceStub, ReviewServiceStub
from tests.builders import Caller, new_id, new_key
from tests.ledger.approvers import (
    Approver,
    adjustment,
    ask,
    cancel,
    recovery,
    resubmit,
    undo,
    write_off,
)
from tests.ledger.taking_back import correction, issue, reverse


def do_everything(
    system: Caller, supervisor: Caller, support: Caller, admin: Caller, compliance: Caller
) -> None:
    """Send each command, those that lead to a request by way of one; the key ends revoked."""
    _work(system, supervisor)
    approver = Approver(supervisor)
    _requests(system, support, admin, approver)
    _people(admin, approver)
    _marks(system, support, compliance)


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
    roles = pb.SetRolesRequest(
        reason_code="other", staff_id=staff_id, roles=["analyst"], idempotency_key=new_key()
    )
    admin.staff.SetRoles(roles, metadata=metadata)
    limits = pb.SetLimitsRequest(
        reason_code="other",
        staff_id=staff_id,
        limits={"waiver": "10.00"},
        idempotency_key=new_key(),
    )
    admin.staff.SetLimits(limits, metadata=metadata)
    revoked = pb.RevokeKeyRequest(
        staff_id=approver.caller.actor_id,
        key_id=approver.key_id,
        reason_code="forgotten",
        idempotency_key=new_key(),
    )
    admin.staff.RevokeKey(revoked, metadata=metadata)
    given = pb.GiveStartPasswordRequest(
        staff_id=staff_id, reason_code="locked_out", idempotency_key=new_key()
    )
    admin.staff.GiveStartPassword(given, metadata=metadata)
    admin.disable_staff(staff_id)
    enabled = pb.EnableStaffRequest(staff_id=staff_id, idempotency_key=new_key())
    admin.staff.Enable(enabled, metadata=metadata)
    opened = pb.OpenLetterRequest(letter_id="1-0", reader_key=bytes(32), idempotency_key=new_key())
    admin.operations.OpenLetter(opened, metadata=metadata)
    again = pb.ReplayLetterRequest(letter_id="1-0", idempotency_key=new_key())
    admin.operations.ReplayLetter(again, metadata=metadata)
    closed = pb.ResolveLetterRequest(
        letter_id="1-0",
        reason_code="came_twice",
        original_message_id="1700000000001-0",
        idempotency_key=new_key(),
    )
    admin.operations.ResolveLetter(closed, metadata=metadata)
    anew = pb.AskRebuildRequest(idempotency_key=new_key())
    admin.operations.AskRebuild(anew, metadata=metadata)
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
