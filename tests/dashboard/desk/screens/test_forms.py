"""Every form sends what was typed into it; what needs an approval becomes a request."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import grpc
import pytest
from bson import Decimal128
from streamlit.testing.v1 import AppTest

from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.correction import Correction
from dashboard.commands.issue_correction import IssueCorrection
from dashboard.components.acting import OpenForm
from dashboard.components.correction_forms import Draft
from dashboard.components.forms import FORMS
from dashboard.formats import today
from dashboard.queries.accounts import account as account_on_screen
from proto import documents
from proto.values import Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account
from tests.dashboard.desk.recording_ledger import (
    RecordingLedger,
    needs_approval,
    requested,
    says_no,
)
from tests.dashboard.desk.screens.reading import button, everything, until

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

ALWAYS_ASKED: Final = {"WriteOff", "UndoWriteOff", "RecordRecovery", *BEGUN}


@pytest.fixture
def filled(
    opened: Callable[..., AppTest], database: DeskDatabase, store: Store
) -> Callable[[str], AppTest]:
    """A form of John's account, filled in as somebody would."""

    def fill(command: str) -> AppTest:
        document = account()
        if command == "RefundOverpayment" and document.balances is not None:
            document.balances.overpayment = Money(7_50)
        store(documents.LOAN_ACCOUNTS, "ACC-1", document)
        seen = account_on_screen(database, "ACC-1")
        assert seen is not None
        begun = BEGUN.get(command)
        page = opened("customer.py", "admin" if begun else "supervisor", id="CUS-12345")
        page.session_state["slot:form"] = OpenForm(command=command, account=seen, entered=begun)
        page.run()
        for name, text in TYPED[command][0].items():
            page.text_input(f"{command}-ACC-1-{name}").set_value(text)
        if command == "ApplyLateFee":
            page.number_input[0].set_value(3)
        if command == "ReverseTransaction":
            page.selectbox(f"{command}-ACC-1-transaction_id").set_value("TX-2")
        return page.run()

    return fill


def send(page: AppTest) -> AppTest:
    """Press the primary button."""
    return page.button("send-form").click().run()


def test_every_form_is_among_these() -> None:
    """A new form is tested too."""
    assert set(TYPED) == set(FORMS)


@pytest.mark.parametrize("command", sorted(set(TYPED) - ALWAYS_ASKED))
def test_a_form_sends_what_was_typed(
    filled: Callable[[str], AppTest], books: RecordingLedger, command: str
) -> None:
    """Each field reaches the ledger as it stands in the form, with the version on the screen."""
    send(until(filled(command), "send-form"))
    until_sent(books, command)
    (call,) = books.commands()
    for field, value in TYPED[command][1].items():
        assert getattr(call.request, field) == value
    assert call.request.expected_version == 7


@pytest.mark.parametrize("command", sorted({*ALWAYS_ASKED, "MakeAdjustment", "WaiveFee"}))
def test_what_takes_an_approval_becomes_a_request_and_says_so(
    filled: Callable[[str], AppTest], books: RecordingLedger, command: str
) -> None:
    """The button asks for approval; the request holds the very same command."""
    books.preview = needs_approval
    books.script.append(requested)
    page = filled(command)
    assert "This takes somebody else" in everything(page)
    assert page.button("send-form").label.startswith("Ask for approval")
    send(page)
    until_sent(books, "Request")
    (call,) = books.commands()
    inside = getattr(call.request.command, str(call.request.command.WhichOneof("command")))
    for field, value in TYPED[command][1].items():
        assert getattr(inside, field) == value
    assert call.request.priority == "normal"


def test_a_request_that_failed_is_made_again_on_the_account_as_it_is(
    filled: Callable[[str], AppTest], books: RecordingLedger, store: Store
) -> None:
    """Retry asks for the same under a new key, on the version that is on the screen by then."""
    books.preview = needs_approval
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="Somebody changed it"))
    page = send(filled("WriteOff"))
    until(page, "Somebody changed it")
    tried = len(books.commands())
    moved = account(ver=9)
    store(documents.LOAN_ACCOUNTS, "ACC-1", moved)
    page.run()
    books.script.append(requested)
    button(page, "Retry").click().run()
    until_sent(books, "Request", tried + 1)
    first, last = books.commands()[0].request, books.commands()[-1].request
    assert last.idempotency_key != first.idempotency_key
    assert (first.command.write_off.expected_version, last.command.write_off.expected_version) == (
        7,
        9,
    )


@pytest.mark.parametrize("command", ["RecordRepayment", "WaiveFee"])
def test_an_amount_that_is_none_is_told_by_field_and_remedy_and_kept(
    filled: Callable[[str], AppTest], command: str
) -> None:
    """What was typed stands there still, and nothing can be sent."""
    page = filled(command)
    typed = next(each for each in page.text_input if each.label.startswith("Amount"))
    for text, fault in (
        ("10.005", "Amount: not more than two decimals"),
        ("1e309", "Amount: only digits and a point"),
        ("-5", "Amount: more than zero"),
    ):
        typed.set_value(text)
        page.run()
        assert fault in everything(page).replace("\\", "")
        typed = next(each for each in page.text_input if each.label.startswith("Amount"))
        assert typed.value == text
        assert page.button("send-form").disabled


def test_a_late_fee_names_how_late_the_payment_is(filled: Callable[[str], AppTest]) -> None:
    """No day late, no late fee: the form says so before the ledger does."""
    page = filled("ApplyLateFee")
    page.number_input[0].set_value(0)
    assert "Days past due: at least 1" in everything(page.run()).replace("\\", "")
    assert page.button("send-form").disabled


def test_a_correction_that_keeps_the_payments_date_may_be_of_any_age(
    filled: Callable[[str], AppTest], books: RecordingLedger
) -> None:
    """It counts from the payment's own day: no date is sent that could be too long ago."""
    page = filled("CorrectPayment")
    draft = Draft("TX-2", {"amount": "10.00", "effective_date": CORRECTED["effective_date"]})
    page.session_state["slot:correction-draft"] = draft
    books.preview = needs_approval
    books.script.append(requested)
    send(page.run())
    until_sent(books, "Request")
    assert books.commands()[-1].request.command.correct_payment.effective_date == ""


def test_an_account_without_a_transaction_to_reverse_says_so(
    filled: Callable[[str], AppTest], database: DeskDatabase
) -> None:
    """The list is empty and the button cannot be pressed."""
    page = filled("ReverseTransaction")
    database[documents.TRANSACTIONS.name].delete_many({})
    page.selectbox("ReverseTransaction-ACC-1-transaction_id").set_value(None)
    page.run()
    assert "There is none that can be reversed" in everything(page)
    assert page.button("send-form").disabled


def until_sent(books: RecordingLedger, rpc: str, count: int = 1) -> None:
    """Wait until a command has reached the ledger."""
    deadline = time.monotonic() + 30
    while len([each for each in books.commands() if each.rpc == rpc]) < count:
        assert time.monotonic() < deadline, f"{rpc} was never sent"
        time.sleep(0.05)


def test_two_fees_that_look_alike_can_be_told_apart(
    filled: Callable[[str], AppTest], books: RecordingLedger, database: DeskDatabase
) -> None:
    """Charged twice on one day: the one that was chosen is waived, not the first of its kind."""
    fee = {"type": "LATE_FEE", "amount": Decimal128("10.00"), "chargedAt": datetime.now(UTC)}
    fees = [{"transactionId": f"TX-FEE-{number}", **fee} for number in (1, 2)]
    page = filled("ApplyLateFee")
    database[documents.LOAN_ACCOUNTS.name].update_one({"_id": "ACC-1"}, {"$set": {"fees": fees}})
    seen = account_on_screen(database, "ACC-1")
    assert seen is not None
    page.session_state["slot:form"] = OpenForm(command="WaiveFee", account=seen)
    page.run()
    for chosen in ("TX-FEE-1", "TX-FEE-2"):
        picker = next(each for each in page.selectbox if each.label == "Fee")
        picker.set_value(chosen).run()
        assert picker.value == chosen
    send(page)
    until_sent(books, "WaiveFee")
    assert books.commands()[-1].request.target_transaction_id == "TX-FEE-2"
