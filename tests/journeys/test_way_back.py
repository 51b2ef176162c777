"""The browser's Back leads to what was on the screen before, by one press."""

import re

import pytest
from playwright.sync_api import Browser, expect

from embedded.running import Running
from tests.journeys.hands import signed_in

pytestmark = pytest.mark.browser


def test_back_leads_to_what_was_there(product: Running, browser: Browser) -> None:
    """From a customer to the results with their text, from a page to the customer's open tab."""
    with signed_in(product, browser, "staff-support") as context:
        page, main = context.new_page(), "stMain"
        page.goto(f"{product.dashboard_url}/search?q=CUS-12345")
        results = page.get_by_role("heading", name="Search: CUS-12345")
        expect(results).to_be_visible()
        page.get_by_test_id(main).get_by_role("button", name="John Smith").first.click()
        john = page.get_by_role("heading", name="John Smith")
        expect(john).to_be_visible()
        expect(page).to_have_url(re.compile(r"/customer\?id=CUS-12345$"))
        page.go_back()
        expect(results).to_be_visible()
        expect(page).to_have_url(re.compile(r"/search\?q=CUS-12345$"))

        page.go_forward()
        expect(john).to_be_visible()
        page.get_by_role("tab", name="Schedule").click()
        schedule = page.get_by_role("table", name="Repayment schedule")
        expect(schedule).to_be_visible()
        page.get_by_role("link", name="My rights and limits").click()
        expect(page.get_by_role("heading", name="My rights and limits")).to_be_visible()
        page.go_back()
        expect(john).to_be_visible()
        expect(schedule).to_be_visible()
