"""A write-off that one person asks for and another decides, seen by both as it happens."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pymongo.database import Database

from dashboard.formats import money
from embedded.running import Running
from proto.documents import APPROVALS, LOAN_ACCOUNTS
from proto.values import Money
from tests.journeys.desk import PATIENCE_MS, Desk

pytestmark = pytest.mark.browser

PASSPHRASE: Final = "copper lantern quiet meadow"
SCRIPT: Final = Path(__file__).parents[2] / "docs" / "verify_receipt.py"
TOAST_MS: Final = 5_000
FOLLOWS_MS: Final = 2_000


@pytest.fixture
def accounts(read_models: Database[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two accounts with a debt that nobody has asked anything about."""
    asked = read_models[APPROVALS.name].distinct("loanAccountId")
    owing = {"accountStatus": "in_arrears", "source": "ledger", "_id": {"$nin": asked}}
    found = read_models[LOAN_ACCOUNTS.name].find(owing).sort("_id", 1)
    others = {"CUS-12345", "CUS-10555"}  # John's, and the payment that nobody could read
    return [each for each in found if each["customerIdString"] not in others][:2]


def place_of(account: dict[str, Any]) -> str:
    """Give the address of an account at the desk."""
    return f"/customer?id={account['customerIdString']}&account={account['_id']}"


@pytest.fixture
def other_context(browser: Browser) -> Iterator[BrowserContext]:
    """Another person's browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def make_key(desk: Desk) -> None:
    """Make the signing key under its passphrase, unless an earlier journey has made it."""
    desk.open("/me")
    page = desk.page
    form, made = page.get_by_label("Passphrase", exact=True), page.get_by_text("In use")
    expect(form.or_(made).first).to_be_visible()
    if made.is_visible():
        return
    form.fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.get_by_role("button", name=re.compile("my signing key")).click()
    expect(page.get_by_text("Your key is made.")).to_be_visible()


def ask_for_write_off(page: Page) -> None:
    """Ask from the account's own form."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Ask for write-off").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why, in your words").fill("Ninety days of silence")
    send = dialog.get_by_role("button", name=re.compile("^Ask for approval"))
    expect(send).to_be_enabled()
    send.click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Asked for approval:")).to_be_visible()


def test_a_write_off_is_asked_for_approved_and_seen_everywhere(
    product: Running,
    context: BrowserContext,
    other_context: BrowserContext,
    accounts: list[dict[str, Any]],
    tmp_path: Path,
) -> None:
    """Sarah asks, Michael is told and approves, Sarah sees it; the receipt is VALID.

    The link leads there through the sign-in too.
    """
    account = accounts[0]
    sarah, michael = Desk(product, context), Desk(product, other_context)
    sarah.open(place_of(account))
    sarah.sign_in("support")
    michael.open()
    michael.sign_in("supervisor")
    make_key(michael)
    heading = sarah.page.get_by_role("heading", name=account["accountNumber"])
    expect(heading).to_be_visible()
    began = time.monotonic()

    ask_for_write_off(sarah.page)
    total = money(Money.parse(str(account["balances"]["totalOutstanding"])))
    page = opened_from_toast(michael, total)
    expect(page.get_by_text(f"Writes off {total} of account")).to_be_visible()
    page.get_by_role("textbox", name="Comment").fill("Nobody can reach him; the debt is old.")
    page.get_by_role("textbox", name="Passphrase of your signing key").fill(PASSPHRASE)
    page.get_by_role("button", name=re.compile("^Approve: ")).click()
    expect(page.get_by_text("Approved by Michael Torres")).to_be_visible()

    expect(heading).to_contain_text("Written off", timeout=FOLLOWS_MS)
    told = sarah.page.get_by_test_id("stToast").filter(has_text="Your request was approved")
    expect(told).to_be_visible(timeout=TOAST_MS)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the receipt").click()
    print(f"Asked, approved, seen and receipted in {time.monotonic() - began:.1f} s")
    assert verified(product, Path(downloading.value.path()), tmp_path) == "VALID"

    address = page.url
    michael.sign_out()
    page.goto(address)
    michael.sign_in("supervisor")
    expect(michael.page.get_by_text("Approved by Michael Torres")).to_be_visible()


def test_nobody_decides_their_own_request(
    product: Running, context: BrowserContext, accounts: list[dict[str, Any]]
) -> None:
    """It is there to be seen and taken back, with the rule's sentence in place of a button."""
    michael = Desk(product, context)
    michael.open(place_of(accounts[1]))
    michael.sign_in("supervisor")
    ask_for_write_off(michael.page)
    page = michael.page
    michael.open("/approvals?status=pending")
    page.get_by_role("row").filter(has_text="You").get_by_text("Write-off").click()
    expect(page.get_by_text("Nobody decides their own request.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Approve|Reject)"))).to_have_count(0)
    page.get_by_role("button", name="Take the request back").click()
    expect(page.get_by_role("heading", name="Write-off")).to_contain_text("Taken back")


def opened_from_toast(desk: Desk, total: str) -> Page:
    """Follow the toast of this request, which leads on in the tab that is in hand.

    Older requests that wait are told in passing as well.
    """
    page, tabs = desk.page, len(desk.page.context.pages)
    told = page.get_by_test_id("stToast").filter(has_text="New approval request")
    toast = told.filter(has_text=f", {total}")
    expect(toast).to_be_visible(timeout=TOAST_MS)
    toast.get_by_role("link", name="Open it").click()
    expect(page).to_have_url(re.compile("/request[?]id="))
    assert len(page.context.pages) == tabs
    return page


def verified(product: Running, receipt: Path, folder: Path) -> str:
    """Run the stranger's script on a receipt, with the keys that the ledger publishes."""
    public = subprocess.run(
        [sys.executable, "-m", "ledger", "public-keys"],
        env={"PATH": "", "DATA_DIR": str(Path(product.keys_dir).parent)},
        capture_output=True,
        timeout=60,
        check=True,
    ).stdout
    (folder / "keys.json").write_bytes(public)
    assert json.loads(receipt.read_text())["format"]
    ended = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), str(receipt), str(folder / "keys.json")],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.stdout.strip()
