"""What is typed into each form of an account, and what must then stand in its request."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from streamlit.testing.v1 import AppTest

from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.correction import Correction
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.formats import today
from proto.values import Money
from tests.dashboard.desk.recording_ledger import RecordingLedger

WHY: Final = "As agreed on the telephone"

TYPED: Final[dict[str, tuple[dict[str, str], dict[str, Any]]]] = {
    "RecordRepayment": (
        {"amount": "12.34", "payment_reference": "BANK-1"},
        {"amount": "12.34", "payment_reference": "BANK-1", "reason_code": "instalment"},
    ),
    "DisburseLoan": (
        {"payment_reference": "OUT-9", "notes": WHY},
        {
            "disbursement_amount": "450.00",
            "bank_reference": "OUT-9",
            "payment_method": "bank_transfer",
            "notes": WHY,
        },
    ),
    "WaiveFee": ({"notes": WHY}, {"waiver_amount": "10.00", "notes": WHY}),
    "ApplyLateFee": (
        {"amount": "15", "reason": WHY},
        {"fee_amount": "15.00", "reason": WHY, "reason_code": "missed_payment"},
    ),
    "ApplyDishonourFee": (
        {"amount": "15", "reason": WHY},
        {"fee_amount": "15.00", "reason_code": "insufficient_funds"},
    ),
    "MakeAdjustment": (
        {"principal_delta": "-20.00", "fee_delta": "5.00", "reason": WHY},
        {"principal_delta": "-20.00", "fee_delta": "5.00", "reason": WHY},
    ),
    "ReverseTransaction": ({"reason": WHY}, {"transaction_id": "TX-2", "reason": WHY}),
    "RefundOverpayment": (
        {"amount": "7.50", "payment_reference": "OUT-1", "reason": WHY},
        {"amount": "7.50", "payment_reference": "OUT-1", "reason": WHY},
    ),
    "WriteOff": ({"reason": WHY}, {"reason": WHY}),
    "UndoWriteOff": ({"reason": WHY}, {"reason": WHY}),
    "RecordRecovery": (
        {"amount": "30", "payment_reference": "BANK-2", "reason": WHY},
        {"amount": "30.00", "payment_reference": "BANK-2", "reason": WHY},
    ),
    "CorrectPayment": (
        {"amount": "12.00", "reason": WHY},
        {"amount": "12.00", "transaction_id": "TX-2", "payment_reference": "P-2", "reason": WHY},
    ),
    "IssueCorrection": (
        {"amount": "180", "payment_reference": "P-3", "reason": WHY},
        {"amount": "180.00", "original_message_id": "1-0", "payment_reference": "P-3"},
    ),
}
"""Of each form: what is typed into its fields, and what must then stand in its request."""

CORRECTED: Final[dict[str, Any]] = {
    "loan_account_id": "ACC-1",
    "seen_version": 7,
    "amount": Money(10_00),
    "effective_date": str(today(datetime.now(UTC)) - timedelta(days=3)),
    "payment_reference": "P-2",
    "approved_by": "",
    "reason_code": "wrong_amount",
    "reason": "",
}
BEGUN: Final[dict[str, Correction]] = {
    "CorrectPayment": CorrectPayment(transaction_id="TX-2", **CORRECTED),
    "IssueCorrection": IssueCorrection(original_message_id="1-0", **CORRECTED),
}
"""Corrections begin with what is corrected; administrators ask for them."""

ALWAYS_ASKED: Final = frozenset({"WriteOff", "UndoWriteOff", "RecordRecovery", *BEGUN})
"""What nobody does without an approval."""


def send(page: AppTest) -> AppTest:
    """Press the primary button, as soon as it can be."""
    deadline = time.monotonic() + 60
    while page.button("send-form").disabled:
        assert time.monotonic() < deadline, "the form cannot be sent"
        time.sleep(0.1)
        page.run()
    return page.button("send-form").click().run()


def until_sent(books: RecordingLedger, rpc: str, count: int = 1) -> None:
    """Wait until a command has reached the ledger."""
    deadline = time.monotonic() + 60
    while len([each for each in books.commands() if each.rpc == rpc]) < count:
        assert time.monotonic() < deadline, f"{rpc} was never sent"
        time.sleep(0.05)
