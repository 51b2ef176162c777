"""A desk in this process, with John Smith and his account, and a ledger that records."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from streamlit.testing.v1 import AppTest

from dashboard.components.acting import OpenForm
from dashboard.queries.accounts import account as account_on_screen
from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from embedded import keys
from embedded.servers import MongoServer, RedisServer
from proto import documents
from proto.documents import HeartbeatDocument
from proto.values import Instant, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.portfolio import account, customer, transaction
from tests.dashboard.desk.recording_ledger import RecordingLedger
from tests.dashboard.desk.screens.filled_forms import BEGUN, TYPED
from tests.dashboard.own_process import desk_of_its_own, run
from tests.desk_process import add_staff

PAGES = Path(__file__).resolve().parents[4] / "pages"


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
    # Nobody beats again, however long a test takes.
    at = Instant.of(datetime.now(UTC) + timedelta(hours=1))
    beat = HeartbeatDocument(
        at=at, started_at=at, process_id=1, redis_connected=True, mongo_connected=True
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

    def open_page(file: str, role: str = "support", /, **asked: str | list[str]) -> AppTest:
        page = AppTest.from_file(str(PAGES / file), default_timeout=60)
        page.session_state[SECRET_SLOT] = Sessions(streams).start(add_staff(database, role))
        for name, value in asked.items():
            page.query_params[name] = value
        return run(page)

    return open_page


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
