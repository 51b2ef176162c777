"""Every page can be read, by day and by night, its controls have names, and it fits a tablet."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dashboard.navigation import PAGES
from embedded.demo import cases
from embedded.running import Running
from proto.documents import APPROVALS, AUDIT_EVENTS, DEAD_LETTERS
from tests.journeys.hands import ReadModels, signed_in

pytestmark = pytest.mark.browser

LOOK: Final = Path(__file__).with_name("readable.js").read_text()
FITS: Final = Path(__file__).with_name("fits.js").read_text()
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
TABLET: Final[ViewportSize] = {"width": 768, "height": 1024}
LOOKS: Final = 300
"""So often, ten times a second, a page is looked at that is not yet as it will be."""
THEMES: Final = ("light", "dark")
WHOSE: Final = {"approvals.py": "supervisor", "request.py": "supervisor", "customer.py": "support"}
"""Whose look at a page shows most; of the others anybody's who may open it will do."""

FORMS: Final = ("Record repayment",)
DIALOGS: Final = {
    "support": {f"customer?id={cases.SILENT}": "Record repayment"},
    "admin": {"overview": "Show rows", "staff": "New staff member"},
}
"""What opens over a page: by role, the address and the button; an audit event has its own."""


def read(page: Page, where: str) -> list[str]:
    """List what is too faint or nameless on the page in hand, and what does not fit a tablet."""
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function(
            "dark => getComputedStyle(document.querySelector('[data-testid=stApp]'))"
            ".colorScheme.includes(dark ? 'dark' : 'light')",
            arg=theme == "dark",
        )
        found += [f"{where}, {theme}, {each}" for each in unreadable(page)]
    return found + [f"{where}, tablet: {each}" for each in unfit(page)]


def unreadable(page: Page) -> list[str]:
    """List what is too faint or nameless; a page that draws itself again is faint meanwhile."""
    found: list[str] = []
    for _ in range(LOOKS):
        told: dict[str, list[str]] = page.evaluate(LOOK)
        found = [f"{what}: {each}" for what in told for each in told[what]]
        if not found:
            break
        page.wait_for_timeout(100)
    return found


def unfit(page: Page) -> list[str]:
    """List what does not fit a tablet once the page has settled there."""
    page.set_viewport_size(TABLET)
    found: list[str] = []
    for _ in range(LOOKS):
        found = page.evaluate(FITS)
        if not found:
            break
        page.wait_for_timeout(100)
    page.set_viewport_size(DESK)
    return found


def addresses(read_models: ReadModels) -> dict[str, str]:
    """Say what each page is opened on that needs to be told."""

    def newest(collection: Any, **query: Any) -> str:  # noqa: ANN401 - of whatever document
        found = read_models[collection.name].find_one(query, sort=[("_id", -1)])
        return str(found["_id"]) if found else ""

    return {
        "search.py": "?q=john",
        "customer.py": f"?id={cases.SILENT}",
        "request.py": f"?id={newest(APPROVALS, status='pending')}",
        "audit.py": f"?event={newest(AUDIT_EVENTS, eventType='fee.waived.v1')}",
        "dead_letter.py": f"?id={newest(DEAD_LETTERS)}",
    }


def test_every_page_can_be_read_and_named_and_fits_a_tablet(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """Contrast of at least 4.5 (large text 3), a name for every control; also in dialogs.

    768 pixels wide nothing is cut off and no page moves sideways.
    """
    told, asked = [], addresses(read_models)
    roles = {row.file: WHOSE.get(row.file, min(row.roles)) for row in PAGES}
    for role in sorted(set(roles.values())):
        with signed_in(product, browser, f"staff-{role}") as context:
            page = context.new_page()
            for row in PAGES:
                if roles[row.file] != role:
                    continue
                page.goto(f"{product.dashboard_url}/{row.url_path}{asked.get(row.file, '')}")
                settle(page)
                told += read(page, row.url_path)
            for where, opens in DIALOGS.get(role, {}).items():
                told += read_dialog(page, product, where, opens)
    signed_out = browser.new_page()
    signed_out.goto(product.dashboard_url)
    expect(signed_out.get_by_role("button", name="Sign in")).to_be_visible()
    told += read(signed_out, "sign-in")
    signed_out.close()
    assert told == []


def settle(page: Page) -> None:
    """Wait until the page is drawn."""
    expect(page.get_by_role("button", name="Notices")).to_be_visible()
    expect(page.get_by_test_id("stMain").locator("[data-stale=true]")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def read_dialog(page: Page, product: Running, where: str, opens: str) -> list[str]:
    """Read a dialog that a button opens; before a form also the open bell."""
    page.goto(f"{product.dashboard_url}/{where}")
    found = []
    if opens in FORMS:
        page.get_by_role("button", name="Notices").click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        found = read(page, "notices")
        page.keyboard.press("Escape")
    page.get_by_role("button", name=opens).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("table" if opens in FORMS else "button").first).to_be_visible()
    return found + read(page, opens)
