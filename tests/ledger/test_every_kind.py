"""Every kind of request, from asking to a receipt that a stranger checks."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from ledger.proof.heads import exported
from ledger.settings import Settings
from proto import servicing_pb2 as pb
from tests.builders import LedgerProcess, open_loan_request
from tests.ledger.approvers import Approver, adjustment, approver, ask, refund, waiver, write_off
from tests.ledger.receipts import load_verifier
from tests.ledger.taking_back import correction, issue, reversal

VERIFIER = load_verifier()

Prepare = Callable[[LedgerProcess, Approver], pb.PreviewRequest]


def _loan(ledger: LedgerProcess) -> str:
    return ledger.system.active_loan(open_loan_request())


def _paid(ledger: LedgerProcess, amount: str = "100.00") -> tuple[str, str]:
    account = _loan(ledger)
    return account, ledger.system.repay(account, amount).transaction.transaction_id


def _written_off(ledger: LedgerProcess, decider: Approver) -> str:
    account = _loan(ledger)
    asking = ledger.caller("staff-support")
    decider.approve(ask(asking, write_off(account)).request_id)
    return account


def _undo(ledger: LedgerProcess, decider: Approver) -> pb.PreviewRequest:
    account = _written_off(ledger, decider)
    undo = pb.UndoWriteOffRequest(
        loan_account_id=account, reason="was paying after all", reason_code="other"
    )
    return pb.PreviewRequest(undo_write_off=undo)


def _recovery(ledger: LedgerProcess, decider: Approver) -> pb.PreviewRequest:
    account = _written_off(ledger, decider)
    recovery = pb.RecordRecoveryRequest(
        loan_account_id=account, amount="30.00", reason="paid", payment_reference="R-1"
    )
    return pb.PreviewRequest(record_recovery=recovery)


def _refund(ledger: LedgerProcess, _decider: Approver) -> pb.PreviewRequest:
    account, _ = _paid(ledger, "650.00")
    return refund(account, "50.00")


def _waiver(ledger: LedgerProcess, _decider: Approver) -> pb.PreviewRequest:
    account = _loan(ledger)
    fee = ledger.system.late_fee(account, "80.00").transaction.transaction_id
    return waiver(account, "80.00", target_transaction_id=fee, notes="called twice")


KINDS: Final[dict[str, tuple[str, Prepare]]] = {
    "write_off": ("support", lambda ledger, _: write_off(_loan(ledger))),
    "write_off_undo": ("support", _undo),
    "recovery": ("support", _recovery),
    "waiver": ("support", _waiver),
    "adjustment": ("support", lambda ledger, _: adjustment(_loan(ledger), "-20.00", "5.00")),
    "refund": ("support", _refund),
    "reversal": (
        "support",
        lambda ledger, _: pb.PreviewRequest(reverse_transaction=reversal(*_paid(ledger))),
    ),
    "correction": (
        "admin",
        lambda ledger, _: pb.PreviewRequest(correct_payment=correction(*_paid(ledger), "90.00")),
    ),
    "correction of what was never posted": (
        "admin",
        lambda ledger, _: pb.PreviewRequest(
            issue_correction=issue(_loan(ledger), "1700000000000-0", "10.00")
        ),
    ),
}


@pytest.fixture(scope="module")
def decider(ledger: LedgerProcess) -> Approver:
    """A supervisor with a key, for this module."""
    return approver(ledger)


@pytest.fixture(scope="module")
def keys(ledger: LedgerProcess) -> Any:  # noqa: ANN401 - as the script reads them
    """The ledger's public keys, as anybody may have them."""
    settings = Settings.from_environment(ledger.environment())
    return VERIFIER.read_keys(exported(settings.ledger_public_keys()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_carried_out_and_proven(
    ledger: LedgerProcess,
    decider: Approver,
    keys: Any,  # noqa: ANN401 - as above
    kind: str,
) -> None:
    """I6: whoever has the receipt and the public keys sees who approved what, and that it was."""
    role, prepare = KINDS[kind]
    asking = ledger.caller(f"staff-{role}")
    asked = ask(asking, prepare(ledger, decider), notes="as agreed on the telephone")
    assert asked.kind == kind.partition(" ")[0]
    done = decider.approve(asked.request_id)
    assert done.effect.transaction.metadata["requested_by"] == asking.actor_id
    wanted = pb.GetReceiptRequest(request_id=asked.request_id)
    receipt = asking.approvals.GetReceipt(wanted, metadata=asking.metadata()).receipt_json
    VERIFIER.check_receipt(VERIFIER.read_canonical(receipt.encode(), "the receipt"), keys)


def test_a_receipt_outlives_the_key_that_signed_it(ledger: LedgerProcess, keys: Any) -> None:  # noqa: ANN401 - as above
    """Lost and revoked, it decides nothing any more; what it decided stays proven."""
    asking, admin, deciding = (
        ledger.caller("staff-support"),
        ledger.caller("staff-admin"),
        approver(ledger),
    )
    old, new = (ask(asking, write_off(_loan(ledger))).request_id for _ in range(2))
    deciding.approve(old)
    revoked = pb.RevokeKeyRequest(staff_id=deciding.caller.actor_id, key_id=deciding.key_id)
    admin.staff.RevokeKey(revoked, metadata=admin.metadata())
    Approver(deciding.caller).approve(new)
    admin.disable_staff(deciding.caller.actor_id)
    for request_id in (old, new):
        wanted = pb.GetReceiptRequest(request_id=request_id)
        receipt = asking.approvals.GetReceipt(wanted, metadata=asking.metadata()).receipt_json
        VERIFIER.check_receipt(VERIFIER.read_canonical(receipt.encode(), "the receipt"), keys)


def test_a_rejection_is_proven_too(ledger: LedgerProcess, decider: Approver, keys: Any) -> None:  # noqa: ANN401 - as above
    """Also what was refused has its receipt."""
    asking = ledger.caller("staff-support")
    asked = ask(asking, write_off(_loan(ledger)))
    decider.reject(asked.request_id)
    wanted = pb.GetReceiptRequest(request_id=asked.request_id)
    receipt = asking.approvals.GetReceipt(wanted, metadata=asking.metadata()).receipt_json
    VERIFIER.check_receipt(VERIFIER.read_canonical(receipt.encode(), "the receipt"), keys)
