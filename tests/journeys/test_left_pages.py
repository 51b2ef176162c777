"""What a page still sends while it is being left changes nothing on the page that follows."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from embedded.running import Running
from proto.documents import LOAN_ACCOUNTS
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.hands import ReadModels

pytestmark = pytest.mark.browser

STREAM: Final = "**/_stcore/stream"
LOOKS: Final = 3
"""So often the page that follows looked again, and was still there."""


class Latecomer:
    """Sends what the page in hand sent last by itself once more, in the worst moment."""

    def __init__(self, page: Page) -> None:
        self.late: list[str] = []
        self.looks = 0
        self._by_itself: tuple[str, bytes] | None = None
        page.route_web_socket(STREAM, self._carry)

    def _carry(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def from_browser(message: str | bytes) -> None:
            server.send(message)
            asked = _asked(message)
            if asked.is_auto_rerun and isinstance(message, bytes):
                self._by_itself = (asked.page_script_hash, message)
                self.looks += 1
            elif asked.page_script_hash and not asked.fragment_id:
                self._come_late(server, asked.page_script_hash)

        def from_server(message: str | bytes) -> None:
            opened = _opened(message)
            if opened:
                self._come_late(server, opened)
            browser.send(message)

        browser.on_message(from_browser)
        server.on_message(from_server)

    def _come_late(self, server: WebSocketRoute, opened: str) -> None:
        page, late = self._by_itself or ("", b"")
        if page and opened != page:
            self.late.append(opened)
            self.looks = 0
            server.send(late)


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


def expect_looks(page: Page, latecomer: Latecomer) -> None:
    """Wait until the page that is open looked again by itself a few times."""
    wait_until(page, lambda: latecomer.looks >= LOOKS, "the page looks again")


def expect_to_stay(page: Page, latecomer: Latecomer, shown: str) -> None:
    """See what the page shows still there when it looked again after what came late."""
    main = page.get_by_test_id("stMain")
    wait_until(page, lambda: bool(latecomer.late), "something comes late")
    expect(main.get_by_text(shown).first).to_be_visible()
    expect_looks(page, latecomer)
    latecomer.late.clear()
    assert main.get_by_text(shown).first.is_visible()


def wait_until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds that the page's own messages bring about."""
    for _ in range(PATIENCE_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"in vain: {what}")
