"""Every kind of request, approved on the real ledger, has a receipt that the script finds valid."""

from collections.abc import Callable

import pytest

from ledger.proof.heads import exported
from ledger.settings import Settings
from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, new_id
from tests.ledger.approvers import Approver, adjustment, approver, ask, waiver, write_off
from tests.ledger.receipts import load_verifier

VERIFIER = load_verifier()


def verdict(ledger: LedgerProcess, written: str) -> str:
    """Check a receipt with the keys that the ledger publishes; empty: VALID."""
    settings = Settings.from_environment({"DATA_DIR": str(ledger.data_dir)})
    keys = VERIFIER.read_keys(exported(settings.ledger_public_keys()))
    try:
        VERIFIER.check_receipt(VERIFIER.read_canonical(written.encode(), "the receipt"), keys)
    except VERIFIER.Invalid as reason:
        return str(reason)
    return ""


def approved(ledger: LedgerProcess, who: Approver, command: pb.PreviewRequest) -> str:
    """Ask for a command, approve it, and give the receipt."""
    is_correction = command.WhichOneof("command") in ("correct_payment", "issue_correction")
    asking = ledger.caller("staff-admin" if is_correction else "staff-support")
    request_id = ask(asking, command).request_id
    who.approve(request_id)
    message = pb.GetReceiptRequest(request_id=request_id)
    return asking.approvals.GetReceipt(message, metadata=asking.metadata()).receipt_json


def _written_off(ledger: LedgerProcess, who: Approver) -> str:
    account = ledger.system.active_loan()
    approved(ledger, who, write_off(account))
    return account


def _undo(ledger: LedgerProcess, who: Approver) -> pb.PreviewRequest:
    account = _written_off(ledger, who)
    approved(ledger, who, _recovered(account))
    undo = pb.UndoWriteOffRequest(
        loan_account_id=account, reason="paid after all", reason_code="customer_resumed_payments"
    )
    return pb.PreviewRequest(undo_write_off=undo)


def _recovered(account: str) -> pb.PreviewRequest:
    recovery = pb.RecordRecoveryRequest(
        loan_account_id=account, amount="55.50", payment_reference="BANK-1", reason="paid in part"
    )
    return pb.PreviewRequest(record_recovery=recovery)


def _refund(ledger: LedgerProcess, _: Approver) -> pb.PreviewRequest:
    account = ledger.system.active_loan()
    ledger.system.repay(account, "640.00")
    refund = pb.RefundOverpaymentRequest(
        loan_account_id=account, amount="40.00", payment_reference="BANK-2", reason="paid twice"
    )
    return pb.PreviewRequest(refund_overpayment=refund)


def _paid(ledger: LedgerProcess) -> tuple[str, str]:
    account = ledger.system.active_loan()
    return account, ledger.system.repay(account, "150.00").transaction.transaction_id


def _reversal(ledger: LedgerProcess, _: Approver) -> pb.PreviewRequest:
    account, transaction = _paid(ledger)
    reversal = pb.ReverseTransactionRequest(
        loan_account_id=account,
        transaction_id=transaction,
        reason="bounced",
        reason_code="dishonoured",
    )
    return pb.PreviewRequest(reverse_transaction=reversal)


def _correction(ledger: LedgerProcess, _: Approver) -> pb.PreviewRequest:
    account, transaction = _paid(ledger)
    correction = pb.CorrectPaymentRequest(
        loan_account_id=account,
        transaction_id=transaction,
        amount="105.00",
        payment_reference="BANK-3",
        reason="two digits swapped",
        reason_code="wrong_amount",
    )
    return pb.PreviewRequest(correct_payment=correction)


def _issued(ledger: LedgerProcess, _: Approver) -> pb.PreviewRequest:
    correction = pb.IssueCorrectionRequest(
        loan_account_id=ledger.system.active_loan(),
        original_message_id=new_id("msg"),
        amount="25.00",
        payment_reference="BANK-4",
        reason="never posted",
        reason_code="wrong_amount",
    )
    return pb.PreviewRequest(issue_correction=correction)


Describe = Callable[[LedgerProcess, Approver], pb.PreviewRequest]
KINDS: dict[str, Describe] = {
    "waiver": lambda ledger, _: waiver(ledger.system.active_loan(), "70.00"),
    "write_off": lambda ledger, _: write_off(ledger.system.active_loan()),
    "write_off of an amount": lambda ledger, _: write_off(
        ledger.system.active_loan(), amount="600.00"
    ),
    "undo": _undo,
    "recovery": lambda ledger, who: _recovered(_written_off(ledger, who)),
    "adjustment": lambda ledger, _: adjustment(ledger.system.active_loan(), "-20.00", "-5.00"),
    "refund": _refund,
    "reversal": _reversal,
    "correction": _correction,
    "correction of a message": _issued,
}


@pytest.fixture(scope="module")
def deciding(ledger: LedgerProcess) -> Approver:
    """A supervisor with a key and high limits."""
    kinds = ("waiver", "adjustment", "reversal", "refund", "write_off")
    return approver(ledger, dict.fromkeys(kinds, "100000.00"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_valid_receipt(
    ledger: LedgerProcess, deciding: Approver, kind: str
) -> None:
    """What was done is, term by term, what was asked for and signed."""
    assert verdict(ledger, approved(ledger, deciding, KINDS[kind](ledger, deciding))) == ""


@pytest.mark.parametrize("asked", ["500.00", "90.00"])
def test_a_correction_is_asked_for_by_the_larger_amount_and_once_by_the_new_one(asked: str) -> None:
    """A receipt from when the new amount alone was named stays valid; any other amount is told."""
    bodies = [{"amount": "500.00"}, {"amount": "90.00"}]
    VERIFIER.check_amount(bodies, asked)
    with pytest.raises(VERIFIER.Invalid, match="another amount"):
        VERIFIER.check_amount(bodies, "100.00")
