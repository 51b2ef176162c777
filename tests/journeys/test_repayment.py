"""A repayment entered by hand: previewed, shown at once, synced when it has come round."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect
from pymongo.database import Database

from dashboard.formats import money
from embedded.running import Running
from proto.documents import LOAN_ACCOUNTS
from proto.values import Money
from tests.journeys.balances import agree, on_screen
from tests.journeys.desk import PATIENCE_MS, Desk

pytestmark = pytest.mark.browser

ReadModels = Database[dict[str, Any]]


@pytest.fixture(scope="module")
def taken() -> set[str]:
    """The accounts that a test has used."""
    return set()


@pytest.fixture
def account(read_models: ReadModels, taken: set[str]) -> dict[str, Any]:
    """An active account with some debt that no other test moves."""
    owing = {"accountStatus": "active", "balances.fees": {"$gt": 0}, "source": "ledger"}
    for each in read_models[LOAN_ACCOUNTS.name].find(owing).sort("_id", -1):
        if each["_id"] not in taken and each["customerIdString"] != "CUS-12345":
            taken.add(each["_id"])
            return each
    raise AssertionError("the portfolio holds too few active accounts")


@pytest.fixture
def desk(product: Running, context: BrowserContext, account: dict[str, Any]) -> Desk:
    """Sarah at the customer's page."""
    desk = Desk(product, context)
    desk.open(f"/customer?id={account['customerIdString']}&account={account['_id']}")
    desk.sign_in("support")
    expect(desk.page.get_by_role("heading", name=account["accountNumber"])).to_be_visible()
    return desk


@pytest.fixture
def held_projector(product: Running) -> Iterator[int]:
    """The projector's process, which goes on in any case."""
    process_id = product.parts["projector"]
    yield process_id
    os.kill(process_id, signal.SIGCONT)


def test_a_repayment_is_previewed_recorded_and_synced(
    product: Running, read_models: ReadModels, desk: Desk, account: dict[str, Any]
) -> None:
    """What the preview promised is what the screen, MongoDB and the ledger show afterwards."""
    page = desk.page
    page.get_by_role("button", name="Record repayment").click()
    dialog = page.get_by_role("dialog")
    amount = dialog.get_by_role("textbox", name="Amount")
    amount.fill("12.34")
    expect(dialog.get_by_role("button", name="Record $12.34")).to_be_enabled()
    after = money(Money(Money.parse(str(account["balances"]["totalOutstanding"])) - 1234))
    expect(dialog.get_by_role("row").filter(has_text="Total")).to_contain_text(after)
    amount.press("ControlOrMeta+Enter")
    expect(page.get_by_text("Synced").first).to_be_visible(timeout=PATIENCE_MS)
    expect(dialog).to_have_count(0)
    assert on_screen(page)["Total owing"] == after
    agree(product, read_models, page, account["_id"])
    expect(page.get_by_role("row").filter(has_text="Sarah Nguyen")).to_contain_text("$12.34")


def test_the_promise_stands_until_the_projection_has_it(
    product: Running,
    read_models: ReadModels,
    desk: Desk,
    account: dict[str, Any],
    held_projector: int,
) -> None:
    """With the projector held up the screen shows $0.00 and Saving; then it is Synced."""
    page = desk.page
    page.get_by_role("button", name="Record repayment").click()
    dialog = page.get_by_role("dialog")
    total = Money.parse(str(account["balances"]["totalOutstanding"]))
    dialog.get_by_role("textbox", name="Amount").fill(str(total))
    send = dialog.get_by_role("button", name=f"Record {money(total)}")
    expect(send).to_be_enabled()
    os.kill(held_projector, signal.SIGSTOP)
    send.click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Total owing").first).to_contain_text(
        "$0.00"
    )
    expect(page.get_by_text("Saving…")).to_be_visible()
    expect(page.get_by_text("Synced")).to_have_count(0)
    os.kill(held_projector, signal.SIGCONT)
    expect(page.get_by_text("Synced").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name=account["accountNumber"])).to_contain_text("Paid off")
    agree(product, read_models, page, account["_id"])
