"""The single customer view and an account's history, as far as each role reaches."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from dashboard.queries.accounts import ACCOUNTS_MAX, AccountView
from dashboard.queries.customers import Outline, Profile, customer_view
from dashboard.queries.declared import fields_of
from dashboard.queries.rights import NotAllowed
from dashboard.queries.transactions import (
    GROUPS,
    TransactionFilter,
    TransactionView,
    transactions,
)
from proto import documents
from proto.values import CalendarDate, Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, customer, transaction

SUPPORT = frozenset({"support"})
ANALYST = frozenset({"analyst"})


@pytest.fixture(autouse=True)
def john(store: Store) -> None:
    """John Smith with an open account and one that is paid off, and seven transactions."""
    store(documents.CUSTOMERS, "CUS-12345", customer())
    store(documents.LOAN_ACCOUNTS, "ACC-0", account("ACC-0", number="0998-0007", status="paid_off"))
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    for position in range(1, 8):
        code = "LATE_FEE" if position == 3 else "REPAYMENT"
        store(documents.TRANSACTIONS, f"TX-{position}", transaction(position, code=code))


def test_a_view_fetches_what_it_declares() -> None:
    """The projection is the struct: an analyst's holds no field of the person."""
    assert fields_of(Outline) == {
        "_id": 0,
        "customerId": 1,
        "staffFlag": 1,
        "investorFlag": 1,
        "vulnerableFlag": 1,
        "residentialAddress.suburb": 1,
    }
    assert "balances.principal" in fields_of(AccountView)
    assert "customerName" not in fields_of(AccountView)


def test_open_accounts_come_first(database: DeskDatabase) -> None:
    """What wants attention stands at the top of the list."""
    view = customer_view(database, SUPPORT, "CUS-12345")
    assert view is not None
    assert [each.number for each in view.accounts] == ["1000-0042", "0998-0007"]


def test_of_too_many_accounts_the_open_ones_are_kept(database: DeskDatabase, store: Store) -> None:
    """However many older and newer ones are paid off."""
    for each in range(2, ACCOUNTS_MAX + 3):
        closed = account(f"A-{each}", number=f"0001-{each:04}", status="paid_off")
        store(documents.LOAN_ACCOUNTS, f"A-{each}", closed)
    late = account("Z-1", number="2000-0001", status="in_arrears")
    store(documents.LOAN_ACCOUNTS, "Z-1", late)
    view = customer_view(database, SUPPORT, "CUS-12345")
    assert view is not None
    assert len(view.accounts) == ACCOUNTS_MAX
    assert [each.number for each in view.accounts[:2]] == ["2000-0001", "1000-0042"]


@pytest.mark.parametrize("role", ["support", "supervisor", "compliance", "admin"])
def test_these_roles_see_the_person(database: DeskDatabase, role: str) -> None:
    """Name, contact and address belong to those who serve and check."""
    view = customer_view(database, frozenset({role}), "CUS-12345")
    assert view is not None
    assert isinstance(view.customer, Profile)
    assert view.title == "John Smith"


def test_an_analyst_sees_an_id_and_figures(database: DeskDatabase) -> None:
    """Without the right the fields are not there at all."""
    view = customer_view(database, ANALYST, "CUS-12345")
    assert view is not None
    assert type(view.customer) is Outline
    assert view.title == "CUS-12345"
    assert "John" not in repr(view)


def test_a_second_role_adds_what_it_may_see(database: DeskDatabase) -> None:
    """Roles add up."""
    view = customer_view(database, ANALYST | SUPPORT, "CUS-12345")
    assert view is not None
    assert isinstance(view.customer, Profile)


def test_without_a_role_nothing_opens(database: DeskDatabase) -> None:
    """A reader without any role is refused, in the query itself."""
    with pytest.raises(NotAllowed):
        customer_view(database, frozenset(), "CUS-12345")
    with pytest.raises(NotAllowed):
        transactions(database, frozenset({"nobody"}), "ACC-1")


def test_an_account_before_its_customer_is_shown_by_id(
    database: DeskDatabase, store: Store
) -> None:
    """The feed may tell of an account first."""
    store(documents.LOAN_ACCOUNTS, "ACC-9", account("ACC-9", "CUS-9", "9"))
    view = customer_view(database, SUPPORT, "CUS-9")
    assert view is not None
    assert (view.title, len(view.accounts)) == ("CUS-9", 1)


def test_an_account_without_a_customer_stands_alone(database: DeskDatabase, store: Store) -> None:
    """A stub of an outside feed names nobody yet."""
    stub = documents.LoanAccountDocument(loan_account_id=Key("ACC-8"), account_number=Key("ACC-8"))
    store(documents.LOAN_ACCOUNTS, "ACC-8", stub)
    view = customer_view(database, SUPPORT, "", "ACC-8")
    assert view is not None
    assert view.title == "Account ACC-8"


def test_nobody_is_none(database: DeskDatabase) -> None:
    """An unknown id is no empty customer."""
    assert customer_view(database, SUPPORT, "CUS-0") is None


def test_the_next_payment_is_the_first_that_is_not_paid(database: DeskDatabase) -> None:
    """Two of four are paid, so the third is next; a paid-off account has none."""
    view = customer_view(database, SUPPORT, "CUS-12345")
    assert view is not None
    running, over = view.accounts
    assert running.next_instalment is not None
    assert running.next_instalment.payment_number == 3
    assert running.overdue_since(date(2026, 11, 28)) is None
    assert running.overdue_since(date(2026, 11, 29)) == date(2026, 11, 28)
    assert over.next_instalment is None


def test_a_paid_fee_can_still_be_waived(database: DeskDatabase) -> None:
    """What was paid of a fee is waivable too: it goes to principal."""
    view = customer_view(database, SUPPORT, "CUS-12345")
    assert view is not None
    (fee,) = view.accounts[0].waivable_fees
    assert (fee.waivable, fee.unpaid) == (Money(1000), Money(0))
    waived = msgspec.structs.replace(fee, waived=Money(1000))
    assert msgspec.structs.replace(view.accounts[0], fees=(waived,)).waivable_fees == []


def positions(database: DeskDatabase, chosen: TransactionFilter) -> list[int]:
    """List the transactions that a filter leaves, by position."""
    return [each.position for each in transactions(database, SUPPORT, "ACC-1", chosen).rows]


def test_pages_follow_one_another_without_gap_or_overlap(database: DeskDatabase) -> None:
    """Newest first; the last page says that nothing follows."""
    seen: list[int] = []
    page = transactions(database, SUPPORT, "ACC-1", page_rows=3)
    seen += [each.position for each in page.rows]
    while page.following is not None:
        page = transactions(database, SUPPORT, "ACC-1", after=page.following, page_rows=3)
        seen += [each.position for each in page.rows]
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert page.count == 7


def test_a_new_transaction_does_not_move_the_page_in_hand(
    database: DeskDatabase, store: Store
) -> None:
    """A page begins after a transaction, not after a number of them."""
    first = transactions(database, SUPPORT, "ACC-1", page_rows=3)
    store(documents.TRANSACTIONS, "TX-9", transaction(9))
    second = transactions(database, SUPPORT, "ACC-1", after=first.following, page_rows=3)
    assert [each.position for each in second.rows] == [4, 3, 2]


def test_equal_times_are_told_apart_by_position(database: DeskDatabase, store: Store) -> None:
    """Two postings of one moment never hide one another at a page's edge."""
    same = Instant.of(datetime(2026, 12, 1, tzinfo=UTC))
    for position in (20, 21, 22):
        store(documents.TRANSACTIONS, f"TX-{position}", transaction(position, at=same))
    first = transactions(database, SUPPORT, "ACC-1", page_rows=2)
    second = transactions(database, SUPPORT, "ACC-1", after=first.following, page_rows=2)
    assert [each.position for each in (*first.rows, *second.rows)] == [22, 21, 20, 7]


def test_a_type_leaves_its_transactions(database: DeskDatabase) -> None:
    """Fees are one group, whichever their kind."""
    assert positions(database, TransactionFilter(groups=("fees",))) == [3]
    assert positions(database, TransactionFilter(groups=("fees", "repayments"))) == [
        7,
        6,
        5,
        4,
        3,
        2,
        1,
    ]


def test_dates_are_sydneys_and_both_ends_count(database: DeskDatabase, store: Store) -> None:
    """A posting at 12:01 am in Sydney is of that day, though UTC's is the one before."""
    midnight = Instant.of(datetime(2026, 11, 9, 13, 1, tzinfo=UTC))
    store(documents.TRANSACTIONS, "TX-30", transaction(30, at=midnight))
    tenth = date(2026, 11, 10)
    assert positions(database, TransactionFilter(from_date=tenth, to_date=tenth)) == [30]
    assert positions(database, TransactionFilter(to_date=date(2026, 11, 9))) == []


def test_references_are_not_for_analysts(database: DeskDatabase) -> None:
    """A payment's reference may name somebody."""
    assert isinstance(transactions(database, SUPPORT, "ACC-1").rows[0], TransactionView)
    rows = transactions(database, ANALYST, "ACC-1").rows
    assert rows
    assert "rent" not in repr(rows)


def test_every_transaction_type_is_in_one_group() -> None:
    """No type escapes the filters, and none is in two."""
    listed = [each for group in GROUPS.values() for each in group]
    assert len(listed) == len(set(listed))


def test_a_date_of_the_store_is_a_calendar_date(database: DeskDatabase) -> None:
    """Dates stay dates: no clock, no zone."""
    row = transactions(database, SUPPORT, "ACC-1").rows[0]
    assert row.effective_date == CalendarDate("2026-11-15")
