"""What an undo of a write-off asks for is what it brings back, whatever came in since."""

from proto import accounting_ledger_pb2 as ledger_pb
from proto import servicing_pb2 as pb
from tests.builders import Caller, LedgerProcess
from tests.ledger.approvers import Approver, approver, ask, refused, write_off


def _recover(account: str, amount: str) -> pb.PreviewRequest:
    return pb.PreviewRequest(
        record_recovery=pb.RecordRecoveryRequest(
            loan_account_id=account, amount=amount, reason="from the agency"
        )
    )


def _undo(account: str) -> pb.PreviewRequest:
    return pb.PreviewRequest(
        undo_write_off=pb.UndoWriteOffRequest(loan_account_id=account, reason="paid since")
    )


def _written_off_with_a_recovery(ledger: LedgerProcess, support: Caller, by: Approver) -> str:
    account = ledger.system.active_loan()
    by.approve(ask(support, write_off(account)).request_id)
    by.approve(ask(support, _recover(account, "10.00")).request_id)
    return account


def test_an_undo_is_asked_for_by_its_own_amount(ledger: LedgerProcess, support: Caller) -> None:
    """Not by the last recovery, which becomes a payment in the same breath."""
    decider = approver(ledger)
    account = _written_off_with_a_recovery(ledger, support, decider)
    asked = ask(support, _undo(account))
    assert asked.amount == "600.00"
    done = decider.approve(asked.request_id)
    assert done.effect.transaction.type == ledger_pb.WRITE_OFF_UNDO
    assert support.balance(account).total_outstanding == "590.00"


def test_a_small_recovery_makes_no_small_undo(ledger: LedgerProcess, support: Caller) -> None:
    """Who may decide $100 does not decide $600 because $10 came in."""
    account = _written_off_with_a_recovery(ledger, support, approver(ledger))
    asked = ask(support, _undo(account))
    low = approver(ledger, {"write_off": "100.00"})
    assert refused(low.approve, asked.request_id).reason == "LIMIT_TOO_LOW"
