"""What a page still sends while it is being left changes nothing on the page that follows."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from embedded.running import Running
from proto.documents import AUDIT_EVENTS, LOAN_ACCOUNTS
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.hands import ReadModels, by_hand, own_account, signed_in, until

pytestmark = pytest.mark.browser

STREAM: Final = "**/_stcore/stream"
LOOKS: Final = 3
"""So often the page that follows looked again, and was still there."""


class Latecomer:
    """Sends what the page in hand sent last by itself once more, in the worst moment."""

    def __init__(self, page: Page) -> None:
        self.late: list[str] = []
        self.looks = 0
        self._by_itself: ClientState | None = None
        self._server: WebSocketRoute | None = None
        page.route_web_socket(STREAM, self._carry)

    def repeat(self, late: ClientState, address: str) -> None:
        """Send something once more now, as sent before the browser heard of a new address."""
        assert self._server is not None
        told = BackMsg(rerun_script=late)
        told.rerun_script.query_string = address
        self._server.send(told.SerializeToString())
        self.looks = 0

    def last(self) -> ClientState:
        """Give what was sent by itself last."""
        assert self._by_itself is not None
        return self._by_itself

    def _carry(self, browser: WebSocketRoute) -> None:
        server = self._server = browser.connect_to_server()

        def from_browser(message: str | bytes) -> None:
            server.send(message)
            asked = _asked(message)
            if asked.is_auto_rerun:
                self._by_itself = asked
                self.looks += 1
            elif asked.page_script_hash and not asked.fragment_id:
                self._come_late(asked.page_script_hash)

        def from_server(message: str | bytes) -> None:
            opened = _opened(message)
            if opened:
                self._come_late(opened)
            browser.send(message)

        browser.on_message(from_browser)
        server.on_message(from_server)

    def _come_late(self, opened: str) -> None:
        late = self._by_itself
        if late is not None and opened != late.page_script_hash:
            self.late.append(opened)
            self.repeat(late, late.query_string)


def _asked(message: str | bytes) -> ClientState:
    told = BackMsg()
    told.ParseFromString(message if isinstance(message, bytes) else message.encode())
    return told.rerun_script


def _opened(message: str | bytes) -> str:
    """Give the page that the whole of is about to be drawn, if this says so."""
    told = ForwardMsg()
    told.ParseFromString(message if isinstance(message, bytes) else message.encode())
    is_whole = told.HasField("new_session") and not told.metadata.run.fragment_ids
    return str(told.new_session.page_script_hash) if is_whole else ""


def test_a_page_stays_that_was_opened_while_the_last_one_looked_again(
    product: Running, context: BrowserContext, read_models: ReadModels
) -> None:
    """By the search box, which switches on the server, and by a link, which the browser asks."""
    account = read_models[LOAN_ACCOUNTS.name].find_one({"accountStatus": "active"}) or {}
    desk = Desk(product, context)
    latecomer = Latecomer(desk.page)
    desk.open()
    desk.sign_in("support")
    expect_looks(desk.page, latecomer)

    desk.search(account["accountNumber"])
    expect_to_stay(desk.page, latecomer, "Record repayment")
    desk.page.get_by_role("link", name="My rights and limits").click()
    expect_to_stay(desk.page, latecomer, "My rights and limits")


def test_a_filter_stays_that_was_chosen_while_the_page_looked_again(
    product: Running, context: BrowserContext, read_models: ReadModels
) -> None:
    """The look names the address without it, and finds that something moved."""
    account_id = own_account(product, read_models, late_fee="15.00")
    events, of_account = read_models[AUDIT_EVENTS.name], {"loanAccountId": account_id}
    desk = Desk(product, context)
    page, latecomer = desk.page, Latecomer(desk.page)
    desk.open(f"/audit?account={account_id}")
    desk.sign_in("compliance")
    expect_looks(page, latecomer)
    rows = page.get_by_role("table", name="Audit trail").locator("tbody tr")
    expect(rows).to_have_count(events.count_documents(of_account))
    address = latecomer.last().query_string
    page.get_by_role("combobox", name="Sort").click()
    page.get_by_role("option", name="Largest amount").click()
    by_amount = page.get_by_text("Events without an amount are not in this order.")
    expect(by_amount).to_be_visible()
    latecomer.looks = 0
    expect_looks(page, latecomer)

    system, before = by_hand(product, "system"), events.count_documents(of_account)
    system.late_fee(account_id, "5.00")
    system.close()
    until(lambda: events.count_documents(of_account) > before, "the fee is in the trail")
    latecomer.repeat(latecomer.last(), address)
    expect_looks(page, latecomer)
    assert by_amount.is_visible()
    assert "sort=amount" in page.url


class Holding:
    """Keeps back what the server says, from when it is told to until it lets go."""

    def __init__(self, page: Page) -> None:
        self.is_holding, self.was_asked, self.is_drawn = False, False, False
        self._held: list[str | bytes] = []
        self._browser: WebSocketRoute | None = None
        page.route_web_socket(STREAM, self._carry)

    def _carry(self, browser: WebSocketRoute) -> None:
        server, self._browser = browser.connect_to_server(), browser

        def from_browser(message: str | bytes) -> None:
            asked = _asked(message)
            self.was_asked |= bool(asked.fragment_id) and not asked.is_auto_rerun
            server.send(message)

        def from_server(message: str | bytes) -> None:
            if not self.is_holding:
                browser.send(message)
                return
            self._held.append(message)
            told = ForwardMsg()
            told.ParseFromString(message if isinstance(message, bytes) else message.encode())
            self.is_drawn |= told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and (
                told.HasField("script_finished")
            )

        browser.on_message(from_browser)
        server.on_message(from_server)

    def let_go(self) -> None:
        """Pass on what was kept back."""
        self.is_holding = False
        for each in self._held:
            if self._browser is not None:
                self._browser.send(each)


def test_what_is_typed_while_a_page_is_coming_is_looked_for(
    product: Running, browser: Browser
) -> None:
    """A link, then the search before the page is there: the browser still names the last one."""
    with signed_in(product, browser, "staff-support") as context:
        desk = Desk(product, context)
        line = Holding(desk.page)
        desk.open("/search")
        desk.expect_desk()
        expect(desk.page.get_by_role("heading", name="Search")).to_be_visible()
        line.is_holding = True
        desk.page.get_by_role("link", name="My rights and limits").click()
        wait_until(desk.page, lambda: line.is_drawn, "the page is not drawn")
        line.was_asked = False
        desk.search_box().press_sequentially("CUS-12345")
        wait_until(desk.page, lambda: line.was_asked, "the search is not sent")
        line.let_go()
        expect(desk.page.get_by_role("option").first).to_be_visible()


def wait_until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds that the page's own messages bring about."""
    for _ in range(PATIENCE_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(what)


def expect_looks(page: Page, latecomer: Latecomer) -> None:
    """Wait until the page that is open looked again by itself a few times."""
    wait_until(page, lambda: latecomer.looks >= LOOKS, "the page does not look again")


def expect_to_stay(page: Page, latecomer: Latecomer, shown: str) -> None:
    """See what the page shows still there when it looked again after what came late."""
    main = page.get_by_test_id("stMain")
    wait_until(page, lambda: bool(latecomer.late), "nothing comes late")
    expect(main.get_by_text(shown).first).to_be_visible()
    expect_looks(page, latecomer)
    latecomer.late.clear()
    assert main.get_by_text(shown).first.is_visible()
