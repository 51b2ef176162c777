"""A preview tells what a command would do, to the cent, and does nothing."""

from collections.abc import Callable
from typing import Final

import pytest

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller

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
    system: Caller, supervisor: Caller
) -> None:
    """With the balance as it is, so that the form can ask for exactly that."""
    account = system.active_loan()
    request = ledger_pb.WriteOffRequest(
        loan_account_id=account, reason="cannot be found", approved_by=supervisor.actor_id
    )
    told = supervisor.previews.Preview(
        pb.PreviewRequest(write_off=request), metadata=supervisor.metadata()
    )
    assert (told.allowed, told.refusal.reason) == (False, "APPROVAL_REQUIRED")
    assert told.before.total_outstanding == "600.00"
