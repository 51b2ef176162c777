"""Commands: one file each, a frozen command and a pure decision. The registry is here.

The door looks the decision up by the command's type; what is not listed cannot be done.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

import msgspec

from ledger.commands import (
    add_note,
    amend_note,
    apply_dishonour_fee,
    apply_late_fee,
    approve_request,
    ask_rebuild,
    cancel_request,
    consequences,
    correct_payment,
    create_staff,
    disable_staff,
    disburse_loan,
    enable_staff,
    end_account_day,
    end_day,
    enrol_key,
    expire_request,
    give_start_password,
    issue_correction,
    make_adjustment,
    mark_verified,
    open_letter,
    open_loan,
    query_item,
    record_recovery,
    record_repayment,
    refund_overpayment,
    reject_request,
    replay_letter,
    request_approval,
    resolve_letter,
    resubmit_request,
    return_request,
    reveal,
    reverse_transaction,
    revoke_key,
    set_limits,
    set_read_only,
    set_roles,
    undo_write_off,
    waive_fee,
    write_off,
)
from ledger.commands.command import AccountCommand, Command, Decided, Facts
from ledger.domain.loan import Loan
from proto.events import LedgerEvent

Decide = Callable[[Any, Any, Facts], tuple[LedgerEvent, ...] | Decided]
"""State (None: not there yet), command and facts to events; raises Refused."""

_DECIDED: Final[dict[type[Command], Decide]] = {
    open_loan.OpenLoan: open_loan.decide,
    disburse_loan.DisburseLoan: disburse_loan.decide,
    record_repayment.RecordRepayment: record_repayment.decide,
    apply_late_fee.ApplyLateFee: apply_late_fee.decide,
    apply_dishonour_fee.ApplyDishonourFee: apply_dishonour_fee.decide,
    waive_fee.WaiveFee: waive_fee.decide,
    make_adjustment.MakeAdjustment: make_adjustment.decide,
    write_off.WriteOff: write_off.decide,
    undo_write_off.UndoWriteOff: undo_write_off.decide,
    record_recovery.RecordRecovery: record_recovery.decide,
    refund_overpayment.RefundOverpayment: refund_overpayment.decide,
    reverse_transaction.ReverseTransaction: reverse_transaction.decide,
    correct_payment.CorrectPayment: correct_payment.decide,
    issue_correction.IssueCorrection: issue_correction.decide,
    end_account_day.EndAccountDay: end_account_day.decide,
    end_day.EndDay: end_day.decide,
    create_staff.CreateStaff: create_staff.decide,
    disable_staff.DisableStaff: disable_staff.decide,
    enable_staff.EnableStaff: enable_staff.decide,
    set_roles.SetRoles: set_roles.decide,
    set_limits.SetLimits: set_limits.decide,
    reveal.Reveal: reveal.decide,
    set_read_only.SetReadOnly: set_read_only.decide,
    enrol_key.EnrolKey: enrol_key.decide,
    revoke_key.RevokeKey: revoke_key.decide,
    give_start_password.GiveStartPassword: give_start_password.decide,
    reject_request.RejectRequest: reject_request.decide,
    return_request.ReturnRequest: return_request.decide,
    cancel_request.CancelRequest: cancel_request.decide,
    expire_request.ExpireRequest: expire_request.decide,
    add_note.AddNote: add_note.decide,
    amend_note.AmendNote: amend_note.decide,
    mark_verified.MarkVerified: mark_verified.decide,
    query_item.QueryItem: query_item.decide,
    open_letter.OpenLetter: open_letter.decide,
    replay_letter.ReplayLetter: replay_letter.decide,
    resolve_letter.ResolveLetter: resolve_letter.decide,
    ask_rebuild.AskRebuild: ask_rebuild.decide,
}


def _with_consequences(decide: Decide) -> Decide:
    """Add to what a command on an account does what follows from it by itself."""

    def decided(loan: Any, command: Any, facts: Facts) -> Decided:  # noqa: ANN401 - as Decide
        told = decide(loan, command, facts)
        told = told if isinstance(told, Decided) else Decided(events=told)
        events = cast("consequences.Events", told.events)
        if consequences.closes_too_early(loan, events, facts):
            told = _decided_after_interest(decide, loan, command, facts)
            events = cast("consequences.Events", told.events)
        course = consequences.following(loan, events, facts)
        return msgspec.structs.replace(told, events=course.events(), states=course.states())

    return decided


def _decided_after_interest(
    decide: Decide, loan: Loan, command: AccountCommand, facts: Facts
) -> Decided:
    """Bring interest up to date first; the version that the caller saw was looked at already."""
    earlier = consequences.up_to_date(loan, facts)
    anew = msgspec.structs.replace(command, expected_version=0)
    told = decide(earlier.loan, anew, facts)
    told = told if isinstance(told, Decided) else Decided(events=told)
    return msgspec.structs.replace(told, events=(*earlier.events(), *told.events))


COMMANDS: Final[dict[type[Command], Decide]] = {
    command: _with_consequences(decide) if issubclass(command, AccountCommand) else decide
    for command, decide in _DECIDED.items()
}
"""Command to its decision, with all that follows from it."""
# These decide another command besides, which they look up in the same table.
COMMANDS.update(
    {
        request_approval.RequestApproval: partial(request_approval.decide, COMMANDS),
        approve_request.ApproveRequest: partial(approve_request.decide, COMMANDS),
        resubmit_request.ResubmitRequest: partial(resubmit_request.decide, COMMANDS),
    }
)
