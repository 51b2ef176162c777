"""What becomes of a change on the customer page: shown at once, synced, refused, or in doubt."""

import time
from collections.abc import Callable

import grpc
from streamlit.testing.v1 import AppTest

from proto import accounting_ledger_pb2 as ledger
from proto import documents
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account
from tests.dashboard.desk.recording_ledger import RecordingLedger, posted, says_no
from tests.dashboard.desk.screens.filled_forms import until_sent
from tests.dashboard.desk.screens.reading import button, everything, figures, until


def test_an_outside_ledgers_account_is_served_like_any_other(
    opened: Callable[..., AppTest], books: RecordingLedger, store: Store
) -> None:
    """The ledger in use knows it, so fees can be waived, and synced is when the totals agree."""
    outside = account("LOAN-1", "CUS-002166", "0000001787", ver=None, name=None)
    store(documents.LOAN_ACCOUNTS, "LOAN-1", outside)
    books.balances["LOAN-1"] = ledger.GetBalanceResponse(
        principal_balance="200.00", fee_balance="45.00", total_outstanding="245.00"
    )
    page = opened("customer.py", id="CUS-002166")
    assert figures(page)["Fees"] == "$45.00"
    button(page, "Waive fee").click().run()
    books.script.append(posted("200.00", account_version=0))
    button(page, "Waive $45.00").click().run()
    until(page, "Saving")
    until_sent(books, "WaiveFee")
    assert books.commands()[0].request.waiver_amount == "45.00"
    lower = account("LOAN-1", "CUS-002166", "0000001787", ver=None, fees="0.00", name=None)
    store(documents.LOAN_ACCOUNTS, "LOAN-1", lower)
    until(page, "Synced")
    assert figures(page)["Total owing"] == "$200.00"


def test_the_balance_changes_at_once_and_is_synced_later(
    opened: Callable[..., AppTest], books: RecordingLedger, store: Store
) -> None:
    """A waiver shows its result before the ledger's event has come back."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    assert "$50.00" in everything(page).replace("\\", "")
    books.script.append(posted("235.00", fee_after="35.00"))
    button(page, "Waive $10.00").click().run()
    assert figures(page)["Fees"] == "$35.00"
    assert figures(page)["Total owing"] == "$235.00"
    until(page, "Saving")
    until_sent(books, "WaiveFee")
    assert books.commands()[0].request.target_transaction_id == "TX-FEE"
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(fees="35.00", ver=9))
    until(page, "Synced")
    assert figures(page)["Total owing"] == "$235.00"


def test_ones_own_change_makes_no_next_form_stale(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """While the screens wait for the first change, the second goes out on the ledger's answer."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    books.script.append(posted("235.00", fee_after="35.00", account_version=9))
    button(page, "Waive $10.00").click().run()
    while button(page.run(), "Waive fee").disabled:
        time.sleep(0.1)
    button(page, "Waive fee").click().run()
    button(page, "Waive $10.00").click().run()
    until_sent(books, "WaiveFee", 2)
    assert [each.request.expected_version for each in books.commands()] == [7, 9]


def test_ones_own_change_makes_no_retry_stale(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """What failed is entered anew on the ledger's answer to what was done since."""
    page = opened("customer.py", id="CUS-12345")
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="The rule says no."))
    books.script.append(posted("235.00", fee_after="35.00", account_version=9))
    for _ in range(2):
        button(page, "Waive fee").click().run()
        button(page, "Waive $10.00").click().run()
        while button(page.run(), "Waive fee").disabled:
            time.sleep(0.1)
    button(page, "Retry").click().run()
    button(page, "Waive $10.00").click().run()
    until_sent(books, "WaiveFee", 3)
    assert [each.request.expected_version for each in books.commands()] == [7, 7, 9]


def test_a_refusal_puts_the_old_balance_back_with_the_sentence(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """What the rule says stands on the page, with Retry, which opens the form as it was."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="The rule says no."))
    button(page, "Waive $10.00").click().run()
    until(page, "The rule says no")
    assert figures(page)["Total owing"] == "$245.00"
    button(page, "Retry").click().run()
    assert button(page, "Waive $10.00").disabled is False


def test_a_retry_that_is_given_up_leaves_the_failed_one_where_it_was(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """Only a new try that has begun takes its place; Cancel in the form is none."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, text="The rule says no."))
    button(page, "Waive $10.00").click().run()
    until(page, "The rule says no")
    button(page, "Retry").click().run()
    button(page, "Cancel").click().run()
    assert any("The rule says no" in each.value for each in page.error)
    button(page, "Retry").click().run()
    button(page, "Waive $10.00").click().run()
    until(page, "Saving")
    assert not any("The rule says no" in each.value for each in page.error)
    until_sent(books, "WaiveFee", 2)
    assert len({each.request.idempotency_key for each in books.commands()}) == 2


def test_an_outcome_that_is_not_known_can_be_checked_with_the_same_key(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """Check again sends the same key; until then nothing else can be changed."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    books.script.extend([says_no(grpc.StatusCode.UNKNOWN)] * 5)
    button(page, "Waive $10.00").click().run()
    until(page, "not known yet")
    assert figures(page)["Total owing"] == "$245.00"
    assert button(page, "Waive fee").disabled
    tried = len(books.commands())
    button(page, "Check again").click().run()
    until(page, "Saving")
    until_sent(books, "WaiveFee", tried + 1)
    assert len({each.request.idempotency_key for each in books.commands()}) == 1


def test_while_the_projector_is_lost_the_buttons_say_why(
    opened: Callable[..., AppTest], database: DeskDatabase
) -> None:
    """Everything can be read and nothing changed."""
    database[documents.HEARTBEATS.name].delete_many({})
    page = opened("customer.py", id="CUS-12345")
    assert button(page, "Record repayment").disabled
    assert "projector" in button(page, "Record repayment").help


def test_an_open_form_follows_a_lost_ledger_and_its_return(
    opened: Callable[..., AppTest], database: DeskDatabase
) -> None:
    """The button is off with the reason while a part is lost, and on again without it."""
    page = opened("customer.py", id="CUS-12345")
    button(page, "Waive fee").click().run()
    beats = database[documents.HEARTBEATS.name]
    beat = beats.find_one_and_delete({})
    assert beat is not None
    until(page, "changes are off")
    assert button(page, "Waive $10.00").disabled
    beats.insert_one(beat)
    deadline = time.monotonic() + 60
    while button(page, "Waive $10.00").disabled:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        page.run()
    assert [each.value for each in page.error if "changes are off" in each.value] == []
