"""What failed is entered anew: its form begins with everything that was in it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from bson import Decimal128
from streamlit.testing.v1 import AppTest

from dashboard.components.acting import OpenForm
from dashboard.queries.accounts import account as account_on_screen
from proto import documents
from proto.values import CalendarDate
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import transaction
from tests.dashboard.desk.recording_ledger import (
    RecordingLedger,
    needs_approval,
    posted,
    requested,
    says_no,
)
from tests.dashboard.desk.screens.filled_forms import (
    ALWAYS_ASKED,
    CORRECTED,
    TYPED,
    send,
    until_sent,
)
from tests.dashboard.desk.screens.reading import button, everything, until


def enter_something_else(page: AppTest) -> AppTest:
    """Change every field of the open form from what it began with."""
    dialog: Any = page.get("dialog")[0]
    for choice in dialog.get("selectbox"):
        choice.select_index(len(choice.options) - 1)
    for text in dialog.get("text_input"):
        if not text.value:
            text.set_value("BANK-77")
    for day in dialog.get("date_input"):
        day.set_value(day.value - timedelta(days=1))
    for number in dialog.get("number_input"):
        number.set_value(9)
    return page.run()


@pytest.mark.parametrize("command", sorted(TYPED))
def test_a_retry_sends_what_was_entered(
    filled: Callable[[str], AppTest], books: RecordingLedger, command: str
) -> None:
    """The ledger refused it once: each field of the form has it again, and it goes out so."""
    is_asked = command in ALWAYS_ASKED
    if is_asked:
        books.preview = needs_approval
    page = enter_something_else(filled(command))
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="The rule says no"))
    until(send(page), "The rule says no")
    books.script.append(requested if is_asked else posted())
    send(button(page, "Retry").click().run())
    until_sent(books, "Request" if is_asked else command, 2)
    first, second = (each.request for each in books.commands())
    assert second.idempotency_key != first.idempotency_key
    second.idempotency_key = first.idempotency_key
    assert second == first


def test_a_chosen_fee_stays_chosen_when_a_part_of_it_is_waived_meanwhile(
    filled: Callable[[str], AppTest], database: DeskDatabase
) -> None:
    """The figures are looked at anew, and told in other words: the fee is the same."""
    page, accounts = filled("ApplyLateFee"), database[documents.LOAN_ACCOUNTS.name]
    fee = {"type": "LATE_FEE", "amount": Decimal128("10.00"), "chargedAt": datetime.now(UTC)}
    fees = [{"transactionId": f"TX-FEE-{number}", **fee} for number in (1, 2)]
    chosen: str | None = None
    for version, waived in ((50, "0.00"), (51, "4.00")):
        fees[0]["waived"] = Decimal128(waived)
        accounts.update_one({"_id": "ACC-1"}, {"$set": {"fees": fees, "ver": version}})
        seen = account_on_screen(database, "ACC-1")
        assert seen is not None
        opened = OpenForm(command="WaiveFee", account=seen, fee=chosen)
        page.session_state["slot:form"] = opened
        page.run()
        picker = next(each for each in page.selectbox if each.label == "Fee")
        if waived == "0.00":
            picker.set_value("TX-FEE-1").run()
            chosen = page.session_state["slot:form"].fee
    assert picker.value == "TX-FEE-1"


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_a_correction_that_keeps_the_payments_date_may_be_of_any_age(
    filled: Callable[[str], AppTest], books: RecordingLedger, store: Store, *, is_reloaded: bool
) -> None:
    """It counts from the payment's own day: no date is sent that could be too long ago.

    A retry begins with that day beside the payment as it was posted, after a reload too.
    """
    wrong = transaction(2)
    wrong.effective_date = CalendarDate(CORRECTED["effective_date"])
    wrong.payment_reference = CORRECTED["payment_reference"]
    store(documents.TRANSACTIONS, "TX-2", wrong)
    books.preview = needs_approval
    page = filled("CorrectPayment")
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="The rule says no"))
    until(send(page), "The rule says no")
    if is_reloaded:
        del page.session_state["slot:correction-draft"]
    page = button(page, "Retry").click().run()
    day = page.date_input("CorrectPayment-ACC-1-effective_date").value
    assert str(day) == CORRECTED["effective_date"]
    compared = next(each for each in everything(page).splitlines() if "As posted" in each)
    assert compared.replace("\\", "").count('"marked": true') == 1  # the amount
    books.script.append(requested)
    send(page)
    until_sent(books, "Request", 2)
    sent = [each.request.command.correct_payment for each in books.commands()]
    assert [each.effective_date for each in sent] == ["", ""]
    assert sent[0] == sent[1]
