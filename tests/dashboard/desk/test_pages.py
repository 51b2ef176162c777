"""The pages over real servers, run without a browser."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import redis
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from embedded import keys
from embedded.process import free_port
from embedded.servers import MongoServer, RedisServer
from proto import accounting_ledger_pb2 as ledger
from proto import documents
from proto.documents import HeartbeatDocument
from proto.values import Instant
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, customer, transaction
from tests.dashboard.desk.recording_ledger import RecordingLedger, posted, says_no
from tests.dashboard.own_process import desk_of_its_own, run
from tests.desk_process import add_staff

PAGES = Path(__file__).resolve().parents[3] / "pages"
PERSONAL = ("John", "Smith", "0412", "412345678", "example.com", "Test St", "1988", "rent money")


@pytest.fixture
def books() -> Iterator[RecordingLedger]:
    """A ledger that records what the pages send."""
    server = RecordingLedger(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _desk(
    monkeypatch: pytest.MonkeyPatch,
    mongo_server: MongoServer,
    redis_server: RedisServer,
    database: DeskDatabase,
    store: Store,
    books: RecordingLedger,
    data_dir: Path,
) -> Iterator[None]:
    """This process is a desk whose projector lives, with John Smith and his account."""
    keys.make_missing(data_dir / "keys")
    store(documents.CUSTOMERS, "CUS-12345", customer(vulnerable=True, staff=True))
    store(documents.LOAN_ACCOUNTS, "ACC-1", account())
    for position in (1, 2):
        store(documents.TRANSACTIONS, f"TX-{position}", transaction(position))
    now = Instant.of(datetime.now(UTC))
    beat = HeartbeatDocument(
        at=now, started_at=now, process_id=1, redis_connected=True, mongo_connected=True
    )
    store(documents.HEARTBEATS, "projector", beat)
    with desk_of_its_own(
        monkeypatch,
        MONGODB_URL=mongo_server.url,
        REDIS_URL=redis_server.url,
        DB_NAME=database.name,
        KEYS_DIR=str(data_dir / "keys"),
        LEDGER_SERVICE_URL=books.address,
    ):
        yield


@pytest.fixture
def opened(database: DeskDatabase, streams: redis.Redis) -> Callable[..., AppTest]:
    """A way to open a page in a role, with what the address asks for."""

    def open_page(file: str, role: str = "support", **asked: str) -> AppTest:
        page = AppTest.from_file(str(PAGES / file), default_timeout=60)
        page.session_state[SECRET_SLOT] = Sessions(streams).start(add_staff(database, role))
        for name, value in asked.items():
            page.query_params[name] = value
        return run(page)

    return open_page


def everything(page: AppTest) -> str:
    """All that the page sends to the browser, components' data included."""
    return "\n".join(f"{each} {getattr(each, 'proto', '')}" for each in page._tree)


def figures(page: AppTest) -> dict[str, str]:
    """The balances by their labels."""
    return {each.label: each.value.replace("\\", "") for each in page.metric}


def button(page: AppTest, label: str) -> Button:
    """The button with a label, its escapes left out."""
    return next(each for each in page.button if each.label.replace("\\", "") == label)


def until(page: AppTest, word: str) -> AppTest:
    """Run the page again until it says a word."""
    deadline = time.monotonic() + 60
    while word not in everything(page):
        assert time.monotonic() < deadline, f"the page never says {word}"
        time.sleep(0.1)
        page.run()
    return page


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


@pytest.mark.parametrize("file", ["customer.py", "search.py"])
def test_an_analyst_is_sent_nothing_of_the_person(
    opened: Callable[..., AppTest], file: str
) -> None:
    """What an analyst's browser gets holds id, suburb and figures, and no more."""
    page = opened(file, "analyst", id="CUS-12345", q="CUS-12345")
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
    assert books.commands()[0].request.target_transaction_id == "TX-FEE"
    store(documents.LOAN_ACCOUNTS, "ACC-1", account(fees="35.00", ver=9))
    until(page, "Synced")
    assert figures(page)["Total owing"] == "$235.00"


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
    button(page, "Check again").click().run()
    until(page, "Saving")
    assert len({each.request.idempotency_key for each in books.commands()}) == 1


def test_while_the_projector_is_lost_the_buttons_say_why(
    opened: Callable[..., AppTest], database: DeskDatabase
) -> None:
    """Everything can be read and nothing changed."""
    database[documents.HEARTBEATS.name].delete_many({})
    page = opened("customer.py", id="CUS-12345")
    assert button(page, "Record repayment").disabled
    assert "projector" in button(page, "Record repayment").help


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
    beats.insert_one(beat | {"at": datetime.now(UTC)})
    deadline = time.monotonic() + 60
    while button(page, "Waive $10.00").disabled:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        page.run()
    assert [each.value for each in page.error if "changes are off" in each.value] == []
