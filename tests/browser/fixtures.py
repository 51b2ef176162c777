"""One real Chromium for every test that drives one; tests/conftest.py offers it to all."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser import chromium

if TYPE_CHECKING:  # only these tests load Playwright
    from playwright.sync_api import Browser, BrowserContext

PATIENCE_MS: Final = 60_000
LOOK_MS: Final = 5_000
SHOWN_MAX: Final = 1_500
LOUD: Final = "NO BROWSER: the browser tests are skipped; install chromium, or run make chromium"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real Chromium; where there is none the test is skipped, and fails when CI=true.

    One a module: while Playwright runs, nothing else in this thread may run an event loop.
    """
    path = chromium.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(LOUD)
        pytest.skip(LOUD)
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - only they load it

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def context(browser: "Browser") -> "Iterator[BrowserContext]":
    """The browser of somebody who has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def shown(contexts: "Iterable[BrowserContext]") -> str:
    """Tell briefly what every open page shows, for a test that failed."""
    told = []
    for page in (page for context in contexts for page in context.pages):
        try:
            text = page.locator("body").inner_text(timeout=LOOK_MS)
        except Exception as error:  # noqa: BLE001 - the test's own failure is what counts
            text = f"(cannot be read: {type(error).__name__})"
        told.append(f"{page.url} shows:\n{text[:SHOWN_MAX]}")
    return "\n\n".join(told)


def add_pages(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put what the open pages show beside the failure of a test that drives a browser."""
    browser = getattr(item, "funcargs", {}).get("browser")
    if browser is not None and report.when == "call" and report.failed:
        report.sections.append(("The open pages", shown(browser.contexts)))
        product = item.funcargs.get("product")  # type: ignore[attr-defined]  # as above
        if product is not None:
            log = Path(product.keys_dir).parent / "logs" / "dashboard.log"
            report.sections.append(("The desk's log", log.read_text()[-SHOWN_MAX:]))


def mark(items: list[pytest.Item]) -> None:
    """Mark every test that drives a browser, whether it says so or not."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
