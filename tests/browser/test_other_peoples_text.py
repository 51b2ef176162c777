"""What others wrote is shown as they wrote it: it formats nothing, runs nothing, links nowhere."""

from typing import Any, Final

import pytest
from playwright.sync_api import Dialog, Page, expect
from pymongo.database import Database

from proto import documents
from proto.search_keys import customer_keys
from tests.desk_process import PASSWORD, DeskProcess

pytestmark = pytest.mark.browser

NAME: Final = "Zed <img src=x onerror=alert(1)> **b** $x$ [l](http://evil.example) :red[r] `c`"


@pytest.fixture
def customer_id(desk_database: Database[dict[str, Any]]) -> str:
    """Somebody whose name is all of it."""
    keys = customer_keys("CUS-MARKS", NAME, None, None)
    stored = {
        "_id": "CUS-MARKS",
        "customerId": "CUS-MARKS",
        "fullName": NAME,
        "residentialAddress": {"suburb": NAME},
        "search": {"name": keys.name, "words": keys.words, "grams": keys.grams},
    }
    collection = desk_database[documents.CUSTOMERS.name]
    collection.replace_one({"_id": "CUS-MARKS"}, stored, upsert=True)
    return "CUS-MARKS"


@pytest.mark.parametrize("place", ["suggestion", "/search?q=zed", "/customer?id=CUS-MARKS"])
def test_a_name_is_text_wherever_it_stands(
    page: Page, desk: DeskProcess, username: str, customer_id: str, place: str
) -> None:
    """Every mark of it can be read, and nothing else came of it."""
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(f"{desk.url}{place if place.startswith('/') else '/'}")
    page.get_by_role("textbox", name="Username").fill(username)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if place == "suggestion":
        page.get_by_role("combobox").press_sequentially(customer_id)
    shown = page.get_by_text("Zed <img").first
    expect(shown).to_be_visible()
    told = shown.inner_text().replace("\u2060", "")
    assert NAME in told
    assert page.locator("img[src='x']").count() == 0
    assert page.locator("a[href*='evil']").count() == 0
    assert opened == []
