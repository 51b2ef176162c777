"""Every form sends what was typed into it; what needs an approval becomes a request."""

from collections.abc import Callable
from datetime import UTC, datetime

import grpc
import pytest
from bson import Decimal128
from streamlit.testing.v1 import AppTest

from dashboard.components.acting import OpenForm
from dashboard.components.forms import FORMS
from dashboard.queries.accounts import account as account_on_screen
from proto import documents
from proto.values import Key
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, transaction
from tests.dashboard.desk.recording_ledger import (
    RecordingLedger,
    needs_approval,
    requested,
    says_no,
)
from tests.dashboard.desk.screens.filled_forms import (
    ALWAYS_ASKED,
    TYPED,
    WHY,
    send,
    until_sent,
)
from tests.dashboard.desk.screens.reading import button, everything, until


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


def test_a_request_that_failed_is_looked_at_again_before_it_is_asked_anew(
    filled: Callable[[str], AppTest], books: RecordingLedger, store: Store
) -> None:
    """Retry sends nothing: its form has what was typed, and tells what others did meanwhile."""
    books.preview = needs_approval
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="Somebody changed it"))
    page = filled("WriteOff")
    page.button_group("request-priority").set_value("urgent")
    page = send(page)
    until(page, "Somebody changed it")
    tried = len(books.commands())
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(principal="190.00", ver=9))
    by_michael = transaction(3)
    by_michael.ver, by_michael.created_by = 9, Key("staff-michael")
    store(documents.TRANSACTIONS, "TX-3", by_michael)
    page.run()
    button(page, "Retry").click().run()
    told = everything(page).replace("\\", "")
    assert "Since what failed was entered" in told
    assert "Repayment $10.00** by staff-michael" in told
    assert WHY in {each.value for each in page.text_input}
    assert len(books.commands()) == tried
    books.script.append(requested)
    send(page)
    until_sent(books, "Request", tried + 1)
    first, last = books.commands()[0].request, books.commands()[-1].request
    assert last.idempotency_key != first.idempotency_key
    change = last.command.write_off
    assert (change.expected_version, change.amount, change.reason) == (9, "235.00", WHY)
    assert (first.priority, last.priority) == ("urgent", "urgent")


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


def test_the_interest_of_many_days_hides_no_transaction_that_can_be_reversed(
    filled: Callable[[str], AppTest], store: Store, database: DeskDatabase
) -> None:
    """Older repayments stand in the list; what is too much for it is said."""
    page = filled("ReverseTransaction")
    for position in range(10, 111):
        store(documents.TRANSACTIONS, f"TX-{position}", transaction(position, code="INTEREST"))
    page.run()
    offered = page.selectbox("ReverseTransaction-ACC-1-transaction_id").options
    assert [each.rpartition(" ")[2] for each in offered] == ["TX-2", "TX-1"]
    assert page.button("send-form").disabled is False
    interest = {"type": "INTEREST"}
    database[documents.TRANSACTIONS.name].update_many(interest, {"$set": {"type": "LATE_FEE"}})
    assert "The newest 100 of 103 stand here" in everything(page.run())
