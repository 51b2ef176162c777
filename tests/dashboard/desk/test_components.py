"""What components tell, as plain values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs

from dashboard.commands.answers import Balances
from dashboard.commands.record_repayment import RecordRepayment
from dashboard.components.hits import account_line, customer_line
from dashboard.components.operation_state import worth_showing
from dashboard.components.promised import as_promised
from dashboard.components.schedule_table import instalment_row
from dashboard.components.transactions_table import COLUMNS, transaction_row
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView, InstalmentView
from dashboard.queries.found import AccountHit, CustomerHit, CustomerOutlineHit
from dashboard.queries.transactions import TransactionFigures, TransactionView
from proto.codec import from_mongo, to_mongo
from proto.values import CalendarDate, Instant, Key, Money
from tests.dashboard.desk.portfolio import account, transaction

NOW = Instant.of(datetime(2026, 11, 21, tzinfo=UTC))
AFTER = Balances(Money(20000), Money(0), Money(3500), Money(0), Money(23500), "active", 9)
SHOWN = from_mongo(AccountView, to_mongo(account()))


def operation(state: str, *, version: int = 0, seen: int = 7) -> Operation:
    """Build an operation that waives ten dollars, in a state."""
    command = RecordRepayment(loan_account_id="ACC-1", amount=Money(1000), seen_version=seen)
    return Operation(
        key="key-00000001",
        state=state,
        command=command,
        account_version=version,
        after=AFTER,
        created_at=NOW,
        updated_at=NOW,
    )


def total(shown: AccountView) -> Money | None:
    """Give what the screen says is owed."""
    return shown.figures.total_outstanding


@pytest.mark.parametrize("state", ["saving", "saved"])
def test_a_pending_change_is_shown_at_once(state: str) -> None:
    """The balance is what it will be, before the projection knows."""
    version = 9 if state == "saved" else 0
    assert total(as_promised(SHOWN, [operation(state, version=version)])) == Money(23500)


@pytest.mark.parametrize("state", ["refused", "unknown", "synced"])
def test_what_failed_or_is_in_doubt_shows_what_is_stored(state: str) -> None:
    """A promise that was not kept, or may not have been, is not shown as a figure."""
    assert total(as_promised(SHOWN, [operation(state)])) == Money(24500)


def test_once_the_projection_has_it_the_projection_is_the_truth() -> None:
    """The promise is not laid over figures that contain it already."""
    caught_up = structs.replace(SHOWN, ver=9)
    assert as_promised(caught_up, [operation("saved", version=9)]) is caught_up


def test_somebody_elses_change_wins_over_a_promise_made_before_it() -> None:
    """Beyond the version that the preview was made on, the promise is stale."""
    moved = structs.replace(SHOWN, ver=8)
    assert as_promised(moved, [operation("saving")]) is moved


def test_a_synced_change_is_told_for_a_minute() -> None:
    """Then it is history; failures stay."""
    later = NOW + timedelta(minutes=2)
    listed = [operation("synced"), operation("refused")]
    assert [each.state for each in worth_showing(listed, NOW)] == ["synced", "refused"]
    assert [each.state for each in worth_showing(listed, later)] == ["refused"]


def instalment(status: str, due: str = "2026-11-28") -> InstalmentView:
    """Build an instalment."""
    return InstalmentView(
        payment_number=3, due_date=CalendarDate(due), amount=Money(12500), status=status
    )


@pytest.mark.parametrize(
    ("status", "due", "words"),
    [
        ("scheduled", "2026-11-28", ["Scheduled", "Next"]),
        ("scheduled", "2026-11-20", ["Overdue"]),
        ("partial", "2026-11-20", ["Partly paid", "Overdue"]),
        ("scheduled", "2026-11-21", ["Scheduled", "Next"]),
        ("missed", "2026-11-20", ["Missed", "Next"]),
    ],
)
def test_the_next_payment_is_marked_in_words(status: str, due: str, words: list[str]) -> None:
    """Marked by a row and by a word; on its day it is not overdue yet."""
    row = instalment_row(instalment(status, due), date(2026, 11, 21), is_next=True)
    assert row.marked
    assert [badge.word for badge in row.cells[5].badges] == words


def test_a_transaction_row_has_a_cell_for_each_column() -> None:
    """With references one more than without."""
    stored = to_mongo(transaction(1))
    whole = transaction_row(from_mongo(TransactionView, stored), {})
    assert len(whole.cells) == len(COLUMNS)
    figures = transaction_row(from_mongo(TransactionFigures, stored), {})
    assert len(figures.cells) == len(COLUMNS) - 1
    assert whole.cells[0].tip.endswith("Z")


def test_a_customer_without_a_name_is_told_by_id() -> None:
    """Nothing is put in the name's place."""
    line = customer_line(CustomerHit(customer_id=Key("CUS-1")))
    assert (line.title, line.code, line.more) == ("", "CUS-1", "")


def test_an_email_is_masked_in_a_list() -> None:
    """Enough to tell two people apart, not more."""
    hit = CustomerHit(customer_id=Key("CUS-1"), email_address="john.smith@example.com")
    assert customer_line(hit).more == "j•••@example.com"


def test_flags_are_told_in_words() -> None:
    """Vulnerable first."""
    hit = CustomerOutlineHit(
        customer_id=Key("CUS-1"), staff_flag=True, investor_flag=True, vulnerable_flag=True
    )
    assert [badge.word for badge in customer_line(hit).badges] == [
        "Vulnerable",
        "Staff",
        "Investor",
    ]


def test_an_account_hit_opens_with_its_customer() -> None:
    """The page is the customer's, on that account."""
    hit = from_mongo(AccountHit, to_mongo(account()))
    assert account_line(hit).opens == "account:ACC-1:CUS-12345"
    assert account_line(hit).figure == "$245.00"
