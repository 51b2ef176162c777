"""A preview tells what a command would do, to the cent, and does nothing."""

from collections.abc import Callable
from typing import Final

import pytest

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from proto.values import Money
from tests.builders import Caller, LedgerProcess

COMMANDS: Final[dict[str, tuple[str, Callable[[str, str], pb.PreviewRequest]]]] = {
    "dishonour fee": (
        "ApplyDishonourFee",
        lambda account, _who: pb.PreviewRequest(
            apply_dishonour_fee=ledger_pb.ApplyDishonourFeeRequest(
                loan_account_id=account, fee_amount="12.00"
            )
        ),
    ),
    "adjustment": (
        "MakeAdjustment",
        lambda account, who: pb.PreviewRequest(
            make_adjustment=ledger_pb.MakeAdjustmentRequest(
                loan_account_id=account,
                principal_delta="-180.00",
                fee_delta="-20.00",
                reason="as agreed",
                approved_by=who,
            )
        ),
    ),
}
"""Command to its rpc and how its preview is asked for."""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_preview_shows_what_the_command_then_does(
    system: Caller, supervisor: Caller, name: str
) -> None:
    """Balances after, and each instalment that changes; nothing is recorded by asking."""
    rpc, ask = COMMANDS[name]
    account = system.active_loan()
    request = ask(account, supervisor.actor_id)
    head = len(system.entries())
    told = supervisor.previews.Preview(request, metadata=supervisor.metadata())
    assert told.allowed
    assert len(system.entries()) == head
    command = getattr(request, str(request.WhichOneof("command")))
    done = getattr(supervisor.accounting, rpc)(command, metadata=supervisor.metadata())
    assert told.after.total_outstanding == done.transaction.total_after
    assert list(told.transaction.applied_to_instalments) == list(done.applied_to_instalments)
    assert told.transaction.transaction.total_delta == done.transaction.total_delta


def test_a_refund_is_previewed_with_what_stays_owed_to_the_customer(
    system: Caller, supervisor: Caller
) -> None:
    """The limit of who asks is told with it."""
    account = system.active_loan()
    supervisor.repay(account, "650.00")
    request = pb.RefundOverpaymentRequest(
        loan_account_id=account,
        amount="20.00",
        reason="paid too much",
        approved_by=supervisor.actor_id,
    )
    told = supervisor.previews.Preview(
        pb.PreviewRequest(refund_overpayment=request), metadata=supervisor.metadata()
    )
    assert (told.before.overpayment, told.after.overpayment) == ("50.00", "30.00")
    assert told.actor_limit == "500.00"


def test_a_write_off_is_previewed_as_what_takes_an_approval(
    system: Caller, support: Caller
) -> None:
    """With the balances as its approval would leave them; nothing is recorded by asking."""
    account = system.active_loan()
    head = len(system.entries())
    told = _of_write_off(support, account)
    assert (told.allowed, told.refusal.reason) == (False, "APPROVAL_REQUIRED")
    assert (told.before.total_outstanding, told.after.total_outstanding) == ("600.00", "0.00")
    assert told.after.account_status == "written_off"
    assert told.transaction.transaction.total_delta == "-600.00"
    assert told.transaction.event_id == ""
    assert len(system.entries()) == head


def test_what_is_above_the_own_limit_is_previewed_as_if_approved(
    system: Caller, support: Caller
) -> None:
    """The form shows what is asked for; somebody without the right is shown nothing."""
    account = system.active_loan()
    system.late_fee(account, "80.00")
    waiver = ledger_pb.WaiveFeeRequest(
        loan_account_id=account,
        waiver_amount="70.00",
        reason="as agreed",
        approved_by=support.actor_id,
    )
    request = pb.PreviewRequest(waive_fee=waiver)
    told = support.previews.Preview(request, metadata=support.metadata())
    assert (told.refusal.reason, told.refusal.limit) == ("APPROVAL_REQUIRED", "50.00")
    waived = Money.parse(told.before.fees) - Money.parse(told.after.fees)
    assert waived == Money.parse("70.00")


def test_what_nobody_could_approve_is_told_before_it_is_asked_for(
    system: Caller, support: Caller, ledger: LedgerProcess
) -> None:
    """A request would be refused for the same reason; who may not ask hears only that."""
    account = system.open_loan()
    told = _of_write_off(support, account)
    assert (told.refusal.reason, told.HasField("after")) == ("NOT_DISBURSED", False)
    told = _of_write_off(ledger.caller("staff-compliance"), account)
    assert (told.refusal.reason, told.HasField("after")) == ("NO_RIGHT", False)


def _of_write_off(caller: Caller, account: str) -> pb.PreviewResponse:
    request = ledger_pb.WriteOffRequest(
        loan_account_id=account, reason="cannot be found", approved_by=caller.actor_id
    )
    return caller.previews.Preview(pb.PreviewRequest(write_off=request), metadata=caller.metadata())
