"""Nobody sees anything of the desk without a session that the server knows."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from dashboard.navigation import PAGES
from embedded.running import Running
from tests.journeys.desk import PATIENCE_MS, Desk, plain

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(product: Running, context: BrowserContext) -> Desk:
    """A tab at the desk, signed out."""
    return Desk(product, context)


def test_every_address_opened_signed_out_shows_the_sign_in(desk: Desk) -> None:
    """A deep link is no way round: the sign-in stands in the page's place."""
    for address in ("/", *(f"/{row.url_path}?id=CUS-12345" for row in PAGES)):
        desk.open(address)
        desk.expect_sign_in()
        expect(desk.page.get_by_text("Smith")).to_have_count(0)


def test_a_deep_link_survives_the_sign_in(desk: Desk) -> None:
    """Who follows a colleague's link and signs in sees what the link is for."""
    desk.open("/search?q=john%20sm")
    desk.sign_in("support")
    expect(desk.page.get_by_text("John Smithson")).to_be_visible()


def test_the_cookie_is_out_of_a_scripts_reach(desk: Desk) -> None:
    """HttpOnly and SameSite: neither injected script nor another site gets it."""
    desk.open()
    desk.sign_in("support")
    cookie = desk.cookie()
    assert cookie["httpOnly"], plain(cookie)
    assert cookie["sameSite"] == "Lax", plain(cookie)
    assert cookie["value"] not in desk.page.evaluate("document.cookie")


def test_after_the_sign_out_the_old_cookie_opens_nothing(
    desk: Desk, product: Running, browser: Browser
) -> None:
    """The session is ended on the server: a copied cookie is worth nothing."""
    desk.open()
    desk.sign_in("support")
    copied = desk.cookie()
    desk.sign_out()
    other = browser.new_context()
    other.set_default_timeout(PATIENCE_MS)
    other.add_cookies([{"name": copied["name"], "value": copied["value"], "url": desk.url}])
    elsewhere = Desk(product, other)
    for row in PAGES:
        elsewhere.open(f"/{row.url_path}")
        elsewhere.expect_sign_in()
    other.close()


def test_a_wrong_password_is_refused_in_a_sentence(desk: Desk) -> None:
    """It does not tell whether the name or the password was wrong."""
    desk.open()
    desk.page.get_by_role("textbox", name="Username").fill("support")
    desk.page.get_by_role("textbox", name="Password").fill("not-the-password")
    desk.page.get_by_role("button", name="Sign in").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()
    desk.expect_sign_in()
