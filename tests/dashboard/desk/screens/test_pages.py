"""The pages over real servers, run without a browser."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from proto import documents
from proto.documents import StoredBalances
from proto.values import Money
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.portfolio import account, customer
from tests.dashboard.desk.screens.reading import everything, figures

PERSONAL = ("John", "Smith", "0412", "412345678", "example.com", "Test St", "1988", "rent money")


def test_the_customer_page_shows_person_flags_and_figures(opened: Callable[..., AppTest]) -> None:
    """Name, flags, contact and the balances in parts stand on the page."""
    page = opened("customer.py", id="CUS-12345")
    assert not page.exception
    told = everything(page)
    for word in ("John Smith", "0412 345 678", "Surry Hills", "Staff", "Vulnerable customer"):
        assert word in told
    assert figures(page) == {
        "Principal": "$200.00",
        "Interest": "$0.00",
        "Fees": "$45.00",
        "Total owing": "$245.00",
    }


@pytest.mark.parametrize("file", ["customer.py", "search.py", "overview.py"])
def test_an_analyst_is_sent_nothing_of_the_person(
    opened: Callable[..., AppTest], file: str
) -> None:
    """What an analyst's browser gets holds id, suburb and figures, and no more."""
    page = opened(file, "analyst", id="CUS-12345", q="CUS-12345", rows="accounts")
    assert not page.exception
    told = everything(page)
    assert "CUS-12345" in told
    assert [word for word in PERSONAL if word in told] == []


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("support", True),
        ("supervisor", True),
        ("compliance", False),
        ("analyst", False),
        ("admin", False),
    ],
)
def test_money_is_moved_by_support_and_supervisors(
    opened: Callable[..., AppTest], role: str, *, offered: bool
) -> None:
    """The buttons are there for those whom the ledger would let."""
    page = opened("customer.py", role, id="CUS-12345")
    labels = {each.label for each in page.button}
    assert ({"Record repayment", "Waive fee"} <= labels) is offered


def test_a_name_cannot_format_the_page(opened: Callable[..., AppTest], store: Store) -> None:
    """Markdown in a name is text."""
    store(documents.CUSTOMERS, "CUS-12345", customer(first="**x**", last=":red[y] <b>"))
    page = opened("customer.py", id="CUS-12345")
    assert r"\*\*x\*\* \:red\[y\] \<b\>" in page.markdown[0].value


def test_nobody_is_said_to_be_nobody(opened: Callable[..., AppTest]) -> None:
    """An id that is not known gets a sentence with the next step."""
    page = opened("customer.py", id="CUS-0")
    assert "Nobody is known under" in page.markdown[0].value


def test_somebody_without_a_name_is_shown_by_id(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """An outside account without a customer's name, parts or ledger is calm and says why."""
    outside = account("LOAN-1", "CUS-002166", "0000001787", ver=None, name=None)
    store(documents.LOAN_ACCOUNTS, "LOAN-1", outside)
    page = opened("customer.py", id="CUS-002166")
    assert not page.exception
    assert r"CUS\-002166" in page.markdown[0].value
    assert figures(page)["Principal"] == "\u2013"
    assert figures(page)["Total owing"] == "$245.00"
    assert "for reading" in page.info[0].value
    assert not {"Record repayment", "Waive fee"} & {each.label for each in page.button}


def test_a_loan_that_is_not_paid_out_owes_nothing_and_says_so(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """Each part is zero: of a whole that is nothing no part is unknown."""
    pending = account(status="pending_disbursement")
    pending.balances = StoredBalances(total_outstanding=Money(0), total_paid=Money(0))
    store(documents.LOAN_ACCOUNTS, "ACC-1", pending)
    page = opened("customer.py", id="CUS-12345")
    assert set(figures(page).values()) == {"$0.00"}
    assert "Not paid out yet" in everything(page)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "at least 3 characters"),
        ("jo", "at least 3 characters"),
        ("zzzz", "Nothing matches"),
        ("john sm", "John Smith"),
        ("1000-0042", "1000-0042"),
    ],
)
def test_the_search_page_answers_in_a_sentence_or_a_table(
    opened: Callable[..., AppTest], asked: str, said: str
) -> None:
    """What the address asks for is found, or the next step is said."""
    page = opened("search.py", q=asked)
    assert not page.exception
    assert said in everything(page)


@pytest.mark.parametrize(("role", "offered"), [("admin", True), ("support", False)])
def test_what_is_nowhere_may_be_a_dead_letter(
    opened: Callable[..., AppTest], role: str, *, offered: bool
) -> None:
    """A payment that could not be applied is on no account: an administrator is led to it."""
    page = opened("search.py", role, q="P-998877")
    assert ("Look for it in the dead letters" in everything(page)) is offered
