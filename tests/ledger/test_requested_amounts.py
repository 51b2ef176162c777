"""What was asked for by an amount is carried out by that amount, or asked for again."""

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess
from tests.ledger.approvers import (
    Approver,
    approver,
    ask,
    cancel,
    recovery,
    refused,
    undo,
    write_off,
)
from tests.ledger.taking_back import reversal


def _written_off_with_a_recovery(ledger: LedgerProcess, support: Caller, by: Approver) -> str:
    account = ledger.system.active_loan()
    by.approve(ask(support, write_off(account)).request_id)
    by.approve(ask(support, recovery(account, "10.00")).request_id)
    return account


def test_an_undo_is_asked_for_by_its_own_amount(ledger: LedgerProcess, support: Caller) -> None:
    """Not by the last recovery, which becomes a payment in the same breath."""
    decider = approver(ledger)
    account = _written_off_with_a_recovery(ledger, support, decider)
    asked = ask(support, undo(account))
    assert asked.amount == "600.00"
    done = decider.approve(asked.request_id)
    assert done.effect.transaction.type == ledger_pb.WRITE_OFF_UNDO
    assert support.balance(account).total_outstanding == "590.00"


def test_a_small_recovery_makes_no_small_undo(ledger: LedgerProcess, support: Caller) -> None:
    """Who may decide $100 does not decide $600 because $10 came in."""
    account = _written_off_with_a_recovery(ledger, support, approver(ledger))
    asked = ask(support, undo(account))
    low = approver(ledger, {"write_off": "100.00"})
    assert refused(low.approve, asked.request_id).reason == "LIMIT_TOO_LOW"


def test_an_amount_that_is_another_now_is_asked_for_again(
    ledger: LedgerProcess, support: Caller
) -> None:
    """Also by an approver who was shown the change: they would sign for what nobody asked."""
    account, decider = ledger.system.active_loan(), approver(ledger)
    fee = support.late_fee(account, "15.00").transaction.transaction_id
    command = pb.PreviewRequest(reverse_transaction=reversal(account, fee))
    asked = ask(support, command)
    support.waive(account, "5.00", target_transaction_id=fee)
    assert refused(decider.approve, asked.request_id, changes_seen=True).reason == "STALE_REQUEST"
    assert support.balance(account).total_outstanding == "610.00"
    cancel(support, asked.request_id)
    assert ask(support, command).amount == "10.00"
