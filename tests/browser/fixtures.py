"""One real Chromium for every test that drives one; tests/conftest.py offers it to all."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser import chromium

if TYPE_CHECKING:  # only these tests load Playwright
    from playwright.sync_api import Browser, BrowserContext

PATIENCE_MS: Final = 60_000
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


def mark(items: list[pytest.Item]) -> None:
    """Mark every test that drives a browser, whether it says so or not."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
