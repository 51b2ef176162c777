"""Each role, page and action: allowed or refused as roles.md says, at the desk and by hand."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pymongo
import pytest
import redis
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from dashboard.components.acting import OpenForm
from dashboard.navigation import PAGES as ROWS
from dashboard.navigation import PAGES_DIR
from dashboard.queries.accounts import account as account_on_screen
from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from embedded.running import Running
from proto.documents import LOAN_ACCOUNTS
from tests.dashboard.desk.screens.reading import until as until_said
from tests.dashboard.own_process import desk_of_its_own, run
from tests.journeys.hands import Books, ReadModels, signed_in, until
from tests.journeys.roles_scene import Scene, offered, offers, pending_account, set_scene, take_back
from tests.journeys.roles_table import (
    ACCOUNT_ACTIONS,
    BEHIND_PAGES,
    OTHER_ACTIONS,
    PAGES,
    ROLES,
)
from tests.ledger.rights_calls import cell_of, reason_of
from tests.ledger.rights_table import rows

CELLS: Final = {row.rpc.partition("/")[2]: row.cells for row in rows()}
WHY: Final = "As agreed on the telephone"
TYPED: Final = {
    "ApplyLateFee": {"amount": "1.00"},
    "ApplyDishonourFee": {"amount": "1.00"},
    "MakeAdjustment": {"principal_delta": "-1.00", "reason": WHY},
    "ReverseTransaction": {"reason": WHY},
    "RefundOverpayment": {"amount": "1.00", "reason": WHY, "payment_reference": "OUT-1"},
    "WriteOff": {"reason": WHY},
    "UndoWriteOff": {"reason": WHY},
    "RecordRecovery": {"amount": "1.00", "reason": WHY, "payment_reference": "IN-1"},
}
"""What a form needs before it says what it would do; the others begin filled in."""


@pytest.fixture(scope="module")
def read_models_of_all(product: Running) -> Iterator[ReadModels]:
    """The product's MongoDB, for all of these tests."""
    with pymongo.MongoClient[dict[str, Any]](product.mongodb_url, tz_aware=True) as client:
        yield client[product.db_name]


@pytest.fixture(scope="module")
def scene(product: Running, read_models_of_all: ReadModels) -> Iterator[Scene]:
    """What the pages are opened on."""
    books = Books(product)
    made = set_scene(product, read_models_of_all, books)
    yield made
    take_back(books, made)
    books.close()


@pytest.fixture(scope="module")
def opened(product: Running) -> Iterator[Callable[..., AppTest]]:
    """A way to run a page of the running product in a role, without its navigation."""
    client = redis.Redis.from_url(product.redis_url)

    def open_page(role: str, file: str, **asked: str) -> AppTest:
        page = AppTest.from_file(str(PAGES_DIR / file), default_timeout=60)
        page.session_state[SECRET_SLOT] = Sessions(client).start(f"staff-{role}") if role else ""
        for name, value in asked.items():
            page.query_params[name] = value
        return run(page)

    with (
        pytest.MonkeyPatch.context() as patch,
        desk_of_its_own(
            patch,
            MONGODB_URL=product.mongodb_url,
            DB_NAME=product.db_name,
            REDIS_URL=product.redis_url,
            KEYS_DIR=product.keys_dir,
            LEDGER_SERVICE_URL=product.ledger_address,
        ),
    ):
        yield open_page
    client.close()


def cell(cells: str, role: str) -> str:
    """Give a role's cell."""
    return cells[ROLES.index(role)]


def test_every_page_is_in_the_table() -> None:
    """A page that nobody thought of is open to nobody by mistake only until this fails."""
    assert {row.url_path for row in ROWS} <= set(PAGES)


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_page_opens_for_its_roles_alone(opened: Callable[..., AppTest], role: str) -> None:
    """The page itself refuses, whatever the navigation shows; signed out nothing opens."""
    found = {row.url_path: _refusal(opened(role, row.file)) for row in ROWS}
    if not role:
        assert {said.partition(".")[0] for said in found.values()} == {"You are signed out"}
        return
    may = {path for path, said in found.items() if not said}
    assert may == {path for path in found if cell(PAGES[path], role) == "✓"}
    assert all(said.startswith("This page is for") for said in found.values() if said)


def _refusal(page: AppTest) -> str:
    said = [each.value for each in (*page.warning, *page.info)]
    refusals = [each for each in said if each.startswith(("This page is for", "You are signed"))]
    assert not refusals or list(page.markdown) == []
    return "".join(refusals)


@pytest.mark.parametrize("role", ROLES)
def test_an_account_offers_what_the_ledger_lets_the_role_do(
    opened: Callable[..., AppTest], scene: Scene, role: str
) -> None:
    """Each action is on the card exactly where its cell of the ledger's table is not empty."""
    for standing, actions in ACCOUNT_ACTIONS.items():
        page = opened(role, "customer.py", account=scene.accounts[standing])
        allowed = {words for rpc, words in actions.items() if cell(CELLS[rpc], role) != "-"}
        every = {words for each in ACCOUNT_ACTIONS.values() for words in each.values()}
        assert allowed <= offered(page)
        assert not (set(actions.values()) - allowed) & offered(page)
        if standing != "pending":
            assert not set(ACCOUNT_ACTIONS["pending"].values()) & offered(page)
        if not allowed:
            assert not every & offered(page)


@pytest.mark.parametrize("role", ["support", "supervisor"])
def test_a_form_says_whether_it_asks_or_acts(
    opened: Callable[..., AppTest], scene: Scene, read_models_of_all: ReadModels, role: str
) -> None:
    """The button reads “Ask for approval” exactly where the ledger's cell is an R."""
    for standing, actions in ACCOUNT_ACTIONS.items():
        account_id = scene.accounts[standing]
        seen = account_on_screen(read_models_of_all, account_id)
        assert seen is not None
        for rpc in actions:
            page = opened(role, "customer.py", account=account_id)
            page.session_state["slot:form"] = OpenForm(command=rpc, account=seen)
            page.run()
            for name, text in TYPED.get(rpc, {}).items():
                page.text_input(f"{rpc}-{account_id}-{name}").set_value(text)
            if rpc == "ReverseTransaction":
                page.selectbox(f"{rpc}-{account_id}-transaction_id").select_index(0)
            until_said(page.run(), "send-form")
            asks = page.button("send-form").label.startswith("Ask for approval")
            assert not page.button("send-form").disabled, rpc
            assert asks is (cell(CELLS[rpc], role) == "R"), rpc


def test_a_pending_loan_is_paid_out_as_agreed(
    product: Running, opened: Callable[..., AppTest], read_models_of_all: ReadModels
) -> None:
    """Support pays it out: the preview names the fee, the account opens, and no second time."""
    books, shown = Books(product), read_models_of_all[LOAN_ACCOUNTS.name]
    account_id = pending_account(books)
    books.close()
    is_there = {"_id": account_id, "accountStatus": "pending_disbursement", "ver": {"$gte": 1}}
    until(lambda: bool(shown.count_documents(is_there)), "the loan is on the screens")
    seen = account_on_screen(read_models_of_all, account_id)
    assert seen is not None
    page = opened("support", "customer.py", account=account_id)
    page.session_state["slot:form"] = OpenForm(command="DisburseLoan", account=seen)
    until_said(page.run(), "send-form")
    assert page.button("send-form").label.replace("\\", "") == "Pay out $500.00"
    page.button("send-form").click().run()
    paid_out = {"_id": account_id, "accountStatus": "active"}
    until(lambda: bool(shown.count_documents(paid_out)), "the loan is paid out")
    until_said(page.run(), "Paid out")
    after = account_on_screen(read_models_of_all, account_id)
    assert after is not None
    assert str(after.figures.total_outstanding) == "600.00"
    assert "Pay out the loan" not in offered(opened("support", "customer.py", account=account_id))


@pytest.mark.parametrize("role", ROLES)
def test_everything_else_is_offered_as_the_table_says(
    opened: Callable[..., AppTest], scene: Scene, role: str
) -> None:
    """Notes, requests, audit, letters, staff: there for who may, absent for who may not."""
    seen = offers(opened, scene, role)
    for (page, words), (_, cells) in OTHER_ACTIONS.items():
        is_there = any(each.startswith(words) for each in seen[page])
        assert is_there is (cell(cells, role) != "-"), (page, words)


@pytest.mark.parametrize("role", ROLES)
def test_the_ledger_refuses_by_hand_what_the_desk_does_not_offer(
    product: Running, role: str
) -> None:
    """The same calls with the role's own token, past every screen, meet the same cells."""
    books = Books(product)
    named = {rpc for actions in ACCOUNT_ACTIONS.values() for rpc in actions}
    named |= {*BEHIND_PAGES, *(rpc for rpc, _ in OTHER_ACTIONS.values() if rpc)}
    for row in rows():
        if row.rpc.partition("/")[2] in named:
            reason = reason_of(books.caller(f"staff-{role}"), row.rpc, row.request)
            assert not reason.startswith("StatusCode"), (row.rpc, reason)
            assert cell_of(reason) == cell(row.cells, role), row.rpc
    books.close()


@pytest.mark.browser
@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_leads_to_the_roles_pages_and_no_other(
    product: Running, browser: Browser, role: str
) -> None:
    """What is not the role's has no link, and its address says whose it is."""
    visible = {row.title: cell(PAGES[row.url_path], role) == "✓" for row in ROWS if not row.hidden}
    closed = [row.url_path for row in ROWS if cell(PAGES[row.url_path], role) == "-"]
    with signed_in(product, browser, f"staff-{role}") as context:
        page = context.new_page()
        page.goto(f"{product.dashboard_url}/{closed[0]}")
        expect(page.get_by_text("This page is for")).to_be_visible()
        links = page.get_by_test_id("stSidebarNavLink")
        expect(links).to_have_count(sum(visible.values()))
        told = {each.inner_text().splitlines()[-1].partition(" · ")[0] for each in links.all()}
        assert told == {title for title, may in visible.items() if may}
        for path in closed[1:]:
            page.goto(f"{product.dashboard_url}/{path}")
            expect(page.get_by_text("This page is for")).to_be_visible()
