"""The running product and a real browser, for tests that go the whole way round."""

import os
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pymongo.database import Database

from embedded.running import Running
from tests.browser import chromium
from tests.embedded.launcher import Launched

LOUD = "NO BROWSER: the browser tests are skipped; install chromium, or run make chromium"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything, started as `make run` does, with a small portfolio."""
    launched = Launched(tmp_path_factory.mktemp("product") / "data", DEMO_CUSTOMERS="40").start()
    try:
        yield launched.up()
    finally:
        launched.stop()
    assert launched.left_behind() == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none the test is skipped, and fails when CI=true."""
    path = chromium.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(LOUD)
        pytest.skip(LOUD)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window of somebody who has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def read_models(product: Running) -> Iterator[Database[dict[str, Any]]]:
    """The product's MongoDB."""
    with pymongo.MongoClient[dict[str, Any]](product.mongodb_url, tz_aware=True) as client:
        yield client[product.db_name]
