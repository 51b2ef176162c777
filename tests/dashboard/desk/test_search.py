"""What one box finds."""

import pytest
from msgspec.structs import replace

from dashboard.components.hits import line_of
from dashboard.queries.found import CustomerHit, Found
from dashboard.queries.rights import NotAllowed
from dashboard.queries.search import search
from proto import documents
from proto.values import Key
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, customer, transaction

SUPPORT = frozenset({"support"})
ANALYST = frozenset({"analyst"})


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    """A small town: two Johns, a name full of marks, somebody without a name."""
    everyone = [
        customer(),
        customer("CUS-20001", "Johanna", "Smithers", email="jo@example.org", mobile="0455 111 222"),
        customer("CUS-20002", "Zoë", "O'Brien", email="zoe@example.net", mobile="0499 000 111"),
        customer("CUS-20003", "A.*", "(b)", email=None, mobile=None),
        customer("CUS-002166", None, None, email=None, mobile=None),
    ]
    for each in everyone:
        store(documents.CUSTOMERS, each.customer_id, each)
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    store(documents.LOAN_ACCOUNTS, "ACC-2", account("ACC-2", "CUS-20001", "1000-0043"))


def ids(found: Found) -> list[str]:
    """List the customers found."""
    return [each.customer_id for each in found.customers]


@pytest.mark.parametrize(
    "typed",
    [
        "john sm",
        "JOHN SMITH",
        "smith john",
        "  john   smi ",
        "joh smi",
        "smi joh",
        "ohn",
        "mith",
        "john.smith@example.com",
        "john.smi",
        "smith@exam",
        "CUS-12345",
        "cus-12345",
        "12345",
        "CUS-123",
        "0412 345 678",
        "+61 412 345 678",
        "61412345678",
        "+61 (0)412 345 678",
        "0412345",
        "+61 412",
        "345 678",
        "412345678",
        "(04) 1234 5678",
    ],
)
def test_a_customer_is_found_by_every_spelling(database: DeskDatabase, typed: str) -> None:
    """Name, e-mail, mobile and id, whole or in part, find John Smith first."""
    assert ids(search(database, SUPPORT, typed))[:1] == ["CUS-12345"]


def test_the_better_match_comes_first(database: DeskDatabase) -> None:
    """A name that begins with what was typed stands before one that merely holds it."""
    assert ids(search(database, SUPPORT, "smith"))[0] == "CUS-12345"
    assert set(ids(search(database, SUPPORT, "joh"))) == {"CUS-12345", "CUS-20001"}


@pytest.mark.parametrize("typed", ["john smith", "smith john", "smith jo", "john rob"])
def test_a_middle_name_hides_nobody(database: DeskDatabase, store: Store, typed: str) -> None:
    """Two words find whoever bears them beside others, though another has just the two."""
    other = customer("CUS-30001", "John Robert", "Smith", email="jr@example.com")
    store(documents.CUSTOMERS, other.customer_id, other)
    assert "CUS-30001" in ids(search(database, SUPPORT, typed))


@pytest.mark.parametrize("typed", ["mith", "smi", "john smi", "oh mit", "hn.smi"])
def test_a_word_that_fits_closer_comes_first(
    database: DeskDatabase, store: Store, typed: str
) -> None:
    """John Smith stands before the Smithers and Smithsons, wherever the match lies."""
    for number, last in enumerate(("Smithers", "Smithson", "Asmithe")):
        other = customer(f"CUS-1000{number}", "John", last, email=f"john.{last}@example.com")
        store(documents.CUSTOMERS, other.customer_id, other)
    assert ids(search(database, SUPPORT, typed))[0] == "CUS-12345"


def test_accents_and_case_do_not_matter(database: DeskDatabase) -> None:
    """Zoë is found by `zoe`, by `ZOË` and by `o'bri`."""
    for typed in ("zoe", "ZOË", "o'bri"):
        assert ids(search(database, SUPPORT, typed)) == ["CUS-20002"]


@pytest.mark.parametrize(
    "typed", ["A.*", ".*.", "(b)", "^jo", "a\x00b", "$where", "[a-z]", "\\\\\\", "\u0301" * 3]
)
def test_marks_are_looked_for_as_they_are(database: DeskDatabase, typed: str) -> None:
    """A pattern in the box is text: it never matches everybody and never fails."""
    assert set(ids(search(database, SUPPORT, typed))) <= {"CUS-20003"}


def test_two_characters_are_too_few(database: DeskDatabase) -> None:
    """Nothing is looked for under three characters, white space not counted."""
    found = search(database, SUPPORT, " jo ")
    assert found.is_too_short
    assert found.is_empty


@pytest.mark.parametrize("typed", ["1000-0042", "ACC-1", "acc-1", "APP-ACC-1"])
def test_an_accounts_number_in_full_comes_before_customers(
    database: DeskDatabase, typed: str
) -> None:
    """Account number, id and application number find the account, which Enter opens."""
    found = search(database, SUPPORT, typed)
    assert found.accounts[0].loan_account_id == "ACC-1"
    assert found.best is found.accounts[0]


def test_a_number_in_full_is_first_among_many(database: DeskDatabase, store: Store) -> None:
    """Though more begin with it than a page holds, Enter opens the one that was named."""
    for place in range(60):
        each = account(f"ACC-9{place}", number=f"7700-{place:02}")
        store(documents.LOAN_ACCOUNTS, each.loan_account_id, each)
    named = replace(account("ACC-8"), application_number=Key("7700"))
    store(documents.LOAN_ACCOUNTS, "ACC-8", named)
    found = search(database, SUPPORT, "7700")
    assert (found.best, found.more_accounts) == (found.accounts[0], True)
    assert found.accounts[0].loan_account_id == "ACC-8"


def test_part_of_a_number_finds_several_accounts(database: DeskDatabase) -> None:
    """A prefix lists all that begin with it."""
    found = search(database, SUPPORT, "1000-00")
    assert {each.loan_account_id for each in found.accounts} == {"ACC-1", "ACC-2"}


def test_what_nobody_has_finds_nothing(database: DeskDatabase) -> None:
    """An empty answer is an answer."""
    found = search(database, SUPPORT, "xyzzy")
    assert found.is_empty
    assert found.best is None


def test_more_than_the_limit_is_said(database: DeskDatabase) -> None:
    """A group is cut at the limit, and says that there are more."""
    found = search(database, SUPPORT, "CUS-2", hits_max=2)
    assert len(found.customers) == 2
    assert found.more_customers


@pytest.mark.parametrize("typed", ["john sm", "john.smith", "0412 345 678", "smith", "O'Brien"])
def test_an_analyst_cannot_look_for_a_person(database: DeskDatabase, typed: str) -> None:
    """Names, e-mail addresses and numbers find nothing without the right to see them."""
    assert search(database, ANALYST, typed).is_empty


@pytest.mark.parametrize("typed", ["CUS-12345", "us-1234", "1000-0042"])
def test_an_analyst_finds_ids_and_sees_no_person(database: DeskDatabase, typed: str) -> None:
    """What an analyst finds holds id, suburb, flags and balances: the fields are not there."""
    found = search(database, ANALYST, typed)
    assert not found.is_empty
    for each in (*found.customers, *found.accounts):
        assert not isinstance(each, CustomerHit)
        assert not {"full_name", "email_address", "mobile_phone_number", "customer_name"} & set(
            each.__struct_fields__
        )


def test_somebody_without_a_reading_role_finds_nothing(database: DeskDatabase) -> None:
    """Search is refused, not empty, where no role allows it."""
    with pytest.raises(NotAllowed):
        search(database, frozenset(), "john")


@pytest.mark.parametrize("typed", ["P-1122-A", "p-1122-a", "TX-3", "tx-3"])
def test_a_transaction_is_found_by_its_reference_and_its_id(
    database: DeskDatabase, store: Store, typed: str
) -> None:
    """Typed in full it comes before everything else, and Enter opens it."""
    store(documents.TRANSACTIONS, "TX-3", transaction(3, reference="P-1122-A"))
    found = search(database, SUPPORT, typed)
    assert [each.transaction_id for each in found.transactions] == ["TX-3"]
    assert found.best is found.transactions[0]
    assert line_of(found.transactions[0]).opens == "transaction:ACC-1:CUS-12345:TX-3"


def test_the_beginning_of_a_reference_finds_what_begins_so(
    database: DeskDatabase, store: Store
) -> None:
    """Customers and accounts, where some match as well, stand before them."""
    for position in (1, 2):
        reference = f"DD-77-{position}"
        store(documents.TRANSACTIONS, f"TX-{position}", transaction(position, reference=reference))
    found = search(database, SUPPORT, "DD-77")
    assert {each.transaction_id for each in found.transactions} == {"TX-1", "TX-2"}


def test_an_analyst_finds_transactions_by_id_alone(database: DeskDatabase, store: Store) -> None:
    """A payment's reference is what somebody wrote: it is neither shown nor looked in."""
    store(documents.TRANSACTIONS, "TX-3", transaction(3, reference="P-1122-A"))
    assert search(database, ANALYST, "P-1122-A").is_empty
    found = search(database, ANALYST, "TX-3")
    assert [each.transaction_id for each in found.transactions] == ["TX-3"]
    assert "P-1122-A" not in repr(found)
