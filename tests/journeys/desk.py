"""What somebody at the desk does with a browser, in their own words."""

import json
import re
from typing import Final

from playwright.sync_api import BrowserContext, Cookie, Locator, Page, expect

from dashboard.session import COOKIE
from embedded.demo.staff import SIGN_INS
from embedded.running import Running

PATIENCE_MS: Final = 60_000
expect.set_options(timeout=PATIENCE_MS)  # a machine may be slow; what must be fast says so itself
PASSWORDS: Final = {each.username: each.password for each in SIGN_INS}


class Desk:
    """One tab of a browser at the desk."""

    def __init__(self, product: Running, context: BrowserContext) -> None:
        self.url, self._context = product.dashboard_url, context
        self.page: Page = context.new_page()

    def open(self, address: str = "/") -> None:
        """Go to an address of the desk."""
        self.page.goto(f"{self.url}{address}")

    def sign_in(self, username: str) -> None:
        """Sign in, and wait until the desk knows who is there."""
        self.enter(username, PASSWORDS[username])
        self.expect_desk()

    def expect_desk(self) -> None:
        """See that the desk knows who is there."""
        expect(self.search_box()).to_be_enabled(timeout=PATIENCE_MS)

    def enter(self, username: str, password: str) -> None:
        """Give a name and a password at the sign-in."""
        self.page.get_by_role("textbox", name="Username").fill(username)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def sign_out(self) -> None:
        """Leave by the menu under the own name."""
        self.page.get_by_role("button", name=re.compile("· (Support|Supervisor)")).click()
        self.page.get_by_text("Sign out", exact=True).click()
        self.expect_sign_in()

    def expect_sign_in(self) -> None:
        """See the sign-in, and nothing of the desk."""
        expect(self.page.get_by_role("textbox", name="Password")).to_be_visible(timeout=PATIENCE_MS)
        expect(self.search_box()).to_have_count(0)

    def search_box(self) -> Locator:
        """The one box in the frame of every page."""
        return self.page.get_by_role("combobox", name="Search customers, accounts, payments")

    def search(self, text: str) -> None:
        """Type, and press Enter when the first match is shown."""
        self.search_box().press_sequentially(text)
        expect(self.page.get_by_role("option").first).to_be_visible(timeout=PATIENCE_MS)
        self.search_box().press("Enter")

    def cookie(self) -> Cookie:
        """The session's cookie as the browser holds it."""
        (found,) = [each for each in self._context.cookies() if each["name"] == COOKIE]
        return found


def plain(cookie: Cookie) -> str:
    """Write a cookie for a failing test, without its secret."""
    return json.dumps({**cookie, "value": "…"})
