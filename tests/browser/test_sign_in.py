"""The sign-in at a real browser: what the server takes away, no open tab keeps."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pymongo.database import Database

from dashboard.navigation import PAGES
from dashboard.session import COOKIE
from dashboard.sessions import Sessions
from proto import documents
from tests.desk_process import PASSWORD, DeskProcess

pytestmark = pytest.mark.browser

ReadModels = Database[dict[str, Any]]


def _enter(page: Page, username: str, password: str) -> None:
    page.get_by_role("textbox", name="Username").fill(username)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def _sign_in(page: Page, desk: DeskProcess, username: str, address: str = "/") -> None:
    page.goto(f"{desk.url}{address}")
    _enter(page, username, PASSWORD)
    _expect_desk(page)


def _expect_desk(page: Page) -> None:
    expect(page.get_by_role("button", name="Sarah Nguyen · Support")).to_be_visible()


def _expect_sign_in(page: Page) -> None:
    expect(page.get_by_role("textbox", name="Password")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Sarah Nguyen")).to_have_count(0)


def test_every_page_signed_out_is_the_sign_in(page: Page, desk: DeskProcess) -> None:
    """Also with a made-up cookie; no address is a way round."""
    for path in ("", *(row.url_path for row in PAGES)):
        page.context.add_cookies([{"name": COOKIE, "value": "made-up", "url": desk.url}])
        page.goto(f"{desk.url}/{path}?id=CUS-12345")
        _expect_sign_in(page)


def test_a_deep_link_survives_the_sign_in(
    page: Page, desk: DeskProcess, desk_database: ReadModels, username: str
) -> None:
    """Path and query are as they were, for somebody who may open the page."""
    staff = desk_database[documents.STAFF.name]
    for row in PAGES:
        roles = ["support", *sorted(row.roles - {"support"})]
        staff.update_one({"_id": username}, {"$set": {"roles": roles}})
        page.context.clear_cookies()
        _sign_in(page, desk, username, f"/{row.url_path}?id=CUS-12345&q=john")
        assert page.url == f"{desk.url}/{row.url_path}?id=CUS-12345&q=john"


def test_the_frame_says_what_is_lost(page: Page, desk: DeskProcess, username: str) -> None:
    """Without a ledger the chip and a banner say so, on every page."""
    _sign_in(page, desk, username)
    for row in PAGES:
        page.goto(f"{desk.url}/{row.url_path}")
        expect(page.get_by_text("Ledger lost").first).to_be_visible()
        expect(page.get_by_text("changes are off until it is back")).to_be_visible()


def test_a_revoked_session_stops_in_an_open_tab(
    page: Page, desk: DeskProcess, username: str, sessions: Sessions
) -> None:
    """Nobody has to click: the tab asks by itself within ten seconds."""
    _sign_in(page, desk, username)
    sessions.end_all_of(username)
    _expect_sign_in(page)


def test_disabled_staff_are_out_in_an_open_tab(
    page: Page, desk: DeskProcess, username: str, desk_database: ReadModels
) -> None:
    """What the ledger's events say counts at once, not at the next sign-in."""
    _sign_in(page, desk, username)
    change = {"$set": {"enabled": False}}
    desk_database[documents.STAFF.name].update_one({"_id": username}, change)
    _expect_sign_in(page)


def test_after_the_sign_out_the_old_cookie_opens_nothing(
    page: Page, desk: DeskProcess, username: str, browser: Browser
) -> None:
    """The cookie is gone from the browser, and a copy of it is worth nothing."""
    _sign_in(page, desk, username, "/customer?id=CUS-12345")
    (copied,) = [each for each in page.context.cookies() if each["name"] == COOKIE]
    page.get_by_role("button", name="Sarah Nguyen · Support").click()
    page.get_by_text("Sign out", exact=True).click()
    page.wait_for_url(f"{desk.url}/")
    _expect_sign_in(page)
    assert COOKIE not in [each["name"] for each in page.context.cookies()]
    elsewhere = browser.new_context()
    elsewhere.add_cookies([{"name": COOKIE, "value": copied["value"], "url": desk.url}])
    other = elsewhere.new_page()
    other.goto(f"{desk.url}/customer?id=CUS-12345")
    _expect_sign_in(other)
    elsewhere.close()


def test_five_wrong_passwords_lock_the_name(page: Page, desk: DeskProcess, username: str) -> None:
    """The sentence says how long; even the right password waits."""
    page.goto(desk.url)
    for count in range(6):
        _enter(page, username, f"wrong {count}")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("textbox", name="Password")).to_have_value("")
    _enter(page, username, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text(
        re.compile("Too many wrong passwords. Try again in")
    )
    _expect_sign_in(page)


def test_a_bug_shows_a_reference_and_no_trace(
    page: Page, desk: DeskProcess, username: str, desk_database: ReadModels
) -> None:
    """What is stored wrongly is a bug of ours; the log has it under the same reference."""
    broken = {"_id": "CUS-BROKEN", "customerId": "CUS-BROKEN", "staffFlag": {"not": "a flag"}}
    desk_database[documents.CUSTOMERS.name].insert_one(broken)
    _sign_in(page, desk, username, "/customer?id=CUS-BROKEN")
    alert = page.get_by_role("alert").filter(has_text="under the reference")
    expect(alert).to_be_visible()
    reference = alert.locator("code").inner_text()
    assert re.fullmatch("[0-9A-F]{4}-[0-9A-F]{4}", reference)
    assert reference in desk.log.read_text()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_text("ValidationError")).to_have_count(0)
