"""The browser asks nobody but this desk: no fonts, scripts, maps or counters of others."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from dashboard.navigation import PAGES
from embedded.running import Running
from tests.journeys.desk import PATIENCE_MS, Desk

pytestmark = pytest.mark.browser


def test_every_request_stays_on_this_machine(product: Running, context: BrowserContext) -> None:
    """Signed out and signed in, on every page, with suggestions and both forms open."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    desk = Desk(product, context)
    desk.page.on("websocket", lambda socket: asked.append(socket.url))
    desk.open()
    desk.sign_in("supervisor")
    for row in PAGES:
        desk.open(f"/{row.url_path}?id=CUS-12345&q=john")
        shown = desk.page.get_by_role("main").get_by_test_id("stMarkdown")
        expect(shown.first).to_be_visible(timeout=PATIENCE_MS)
    for form in ("Record repayment", "Waive fee"):
        desk.open("/customer?id=CUS-20002")
        desk.page.get_by_role("button", name=form).click()
        expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.open()
    desk.search_box().press_sequentially("smith")
    expect(desk.page.get_by_role("option").first).to_be_visible(timeout=PATIENCE_MS)
    hosts = {
        urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in {"data", "blob"}
    }
    assert hosts == {"127.0.0.1"}
