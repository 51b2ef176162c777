"""A write-off that one person asks for and another decides, seen by both as it happens."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.components.period import USUAL, days_of
from dashboard.formats import money, today
from dashboard.queries.portfolio import period_totals
from dashboard.reports.written_off import written_off
from embedded.running import Running
from proto.documents import APPROVALS, AUDIT_EVENTS, CONVERSATIONS, LOAN_ACCOUNTS, TRANSACTIONS
from proto.values import Money
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.hands import ReadModels
from tests.journeys.keyboard import tab_to
from tests.journeys.watching import Watched
from tests.told_times import Took

pytestmark = pytest.mark.browser

PASSPHRASE: Final = "copper lantern quiet meadow"
SCRIPT: Final = Path(__file__).parents[2] / "docs" / "verify_receipt.py"
NOBODYS: Final = "^CUS-2"
"""Customers that no story of the demo portfolio is about."""

ASIDE_PIXELS: Final = 240


@pytest.fixture
def accounts(read_models: ReadModels) -> list[dict[str, Any]]:
    """Two accounts with a debt that nobody has asked about; the owner of the first has talked."""
    asked = read_models[APPROVALS.name].distinct("loanAccountId")
    talked = set(read_models[CONVERSATIONS.name].distinct("customerIdString"))
    owing = {"accountStatus": "in_arrears", "source": "ledger", "_id": {"$nin": asked}}
    mine = {**owing, "customerIdString": {"$regex": NOBODYS}}
    found = list(read_models[LOAN_ACCOUNTS.name].find(mine).sort("_id", 1))
    found.sort(key=lambda each: each["customerIdString"] not in talked)
    assert found[0]["customerIdString"] in talked
    return found[:2]


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
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Ask for write-off").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why, in your words").fill("Ninety days of silence")
    send = dialog.get_by_role("button", name=re.compile("^Ask for approval"))
    expect(send).to_be_enabled()
    send.dblclick()


def expect_asked(page: Page) -> None:
    """See that the form is gone, and that what was sent twice was asked for once."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Asked for approval:")).to_have_count(1)


def test_a_write_off_is_asked_for_approved_and_seen_everywhere(
    product: Running,
    context: BrowserContext,
    other_context: BrowserContext,
    accounts: list[dict[str, Any]],
    read_models: ReadModels,
    tmp_path: Path,
    took: Took,
) -> None:
    """Sarah asks, Michael is told and approves, everybody sees it; the receipt is VALID.

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
    waited = waiting(michael.page)
    began = time.monotonic()

    ask_for_write_off(sarah.page)
    total = money(Money.parse(str(account["balances"]["totalOutstanding"])))
    page = opened_from_toast(michael, total)
    expect_asked(sarah.page)
    expect_waiting(page, waited + 1)
    judge(page, read_models, account, total)
    screens = watched_screens(sarah, michael, read_models, account, total)
    approve_without_a_mouse(page)
    # What passes is looked for first.
    told = sarah.page.get_by_test_id("stToast").filter(has_text="Your request was approved")
    expect(told).to_be_visible()
    expect(page.get_by_text("Approved by Michael Torres")).to_be_visible()
    expect(page.get_by_text("failed:")).to_have_count(0)

    expect(heading).to_contain_text("Written off")
    entry = audited(read_models, account)
    for name, screen in screens.items():
        took(f"written off → {name}", screen.seconds_since(entry["recordedAt"]))
    expect_waiting(page, waited)
    expect(page.get_by_text(entry["_id"])).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the receipt").click()
    assert verified(product, Path(downloading.value.path()), tmp_path) == "VALID"
    took("2 approver", time.monotonic() - began)

    address = page.url
    michael.sign_out()
    page.goto(address)
    michael.sign_in("supervisor")
    expect(michael.page.get_by_text("Approved by Michael Torres")).to_be_visible()


def approve_without_a_mouse(page: Page) -> None:
    """Tab to the comment, the passphrase and the button; Enter twice decides once."""
    tab_to(page, lambda name: name == "Comment")
    page.keyboard.type("Nobody can reach him; the debt is old.")
    tab_to(page, lambda name: name == "Passphrase of your signing key")
    page.keyboard.type(PASSPHRASE)
    tab_to(page, lambda name: name.startswith("Approve: "))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")


def waiting(page: Page) -> int:
    """Read in the navigation how many requests wait for the reader."""
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="Approvals")
    return int(link.inner_text().partition(" · ")[2] or "0")


def expect_waiting(page: Page, count: int) -> None:
    """See in the navigation how many requests wait for the reader."""
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="Approvals")
    expect(link).to_have_text(re.compile(f"Approvals · {count}$" if count else "Approvals$"))


def judge(page: Page, read_models: ReadModels, account: dict[str, Any], total: str) -> None:
    """See what the request is judged by: the effect, the account, 90 days, schedule, talk."""
    expect(page.get_by_text(f"Writes off {total} of account")).to_be_visible()
    effect = page.get_by_role("table", name="Balances when asked, now and after")
    owing = effect.get_by_role("row").filter(has_text="Total owing")
    expect(owing.get_by_role("cell")).to_have_text(["Total owing", total, total, "$0.00"])
    expect(page.get_by_text("The account becomes")).to_contain_text("Written off")
    expect(page.get_by_test_id("stMetric").filter(has_text="Total owing").first).to_contain_text(
        total
    )
    expect(page.get_by_text(re.compile("^Asked for by Sarah Nguyen"))).to_be_visible()
    since = datetime.now(UTC) - timedelta(days=90)
    mine = {"loanAccountId": account["_id"], "transactionDate": {"$gte": since}}
    rows = read_models[TRANSACTIONS.name].count_documents(mine)
    last = page.get_by_role("table", name="Transactions of 90 days").get_by_role("row")
    nothing = page.get_by_text("Nothing happened on this account in the last 90 days.")
    expect(last.nth(rows) if rows else nothing).to_be_visible()
    expect(last).to_have_count(rows + 1 if rows else 0)
    page.get_by_role("tab", name="Schedule").click()
    schedule = page.get_by_role("table", name="Repayment schedule").get_by_role("row")
    expect(schedule).to_have_count(len(account["repaymentSchedule"]["payments"]) + 1)
    page.get_by_role("tab", name="Conversations").click()
    expect(
        page.get_by_role("list", name="Transcript").get_by_role("listitem").first
    ).to_be_visible()


def watched_screens(
    sarah: Desk, michael: Desk, read_models: ReadModels, account: dict[str, Any], total: str
) -> dict[str, Watched]:
    """Open more screens and watch them all: who asked, a colleague's, the list, the overview."""
    customer, approvals, overview = (michael.page.context.new_page() for _ in range(3))
    customer.goto(f"{michael.url}{place_of(account)}")
    expect(customer.get_by_role("heading", name=account["accountNumber"])).to_be_visible()
    approvals.goto(f"{michael.url}/approvals?status=pending")
    row = approvals.get_by_role("row").filter(has_text=account["accountNumber"])
    expect(row.filter(has_text=total)).to_be_visible()
    overview.goto(f"{michael.url}/overview")
    first, last = days_of(USUAL, today(datetime.now(UTC)))
    assert first is not None
    assert last is not None
    gone = written_off(period_totals(read_models, frozenset({"supervisor"}), first, last))
    tile = overview.get_by_test_id("stMetric").filter(has_text="Written off").first
    expect(tile).to_contain_text(money(gone))
    owed = Money.parse(str(account["balances"]["totalOutstanding"]))
    return {
        "the requester's screen": Watched(sarah.page, "Written off"),
        "a colleague's screen": Watched(customer, "Written off"),
        "the list of requests": Watched(approvals, account["accountNumber"], is_there=False),
        "the overview": Watched(overview, money(Money(gone + owed))),
    }


def audited(read_models: ReadModels, account: dict[str, Any]) -> dict[str, Any]:
    """Find the write-off in the audit trail: by Sarah's asking and Michael's decision."""
    written = {"eventType": "account.written_off.v1", "loanAccountId": account["_id"]}
    entry = read_models[AUDIT_EVENTS.name].find_one(written)
    assert entry is not None
    assert (entry["requestedBy"], entry["approvedBy"]) == ("staff-support", "staff-supervisor")
    return entry


def test_nobody_decides_their_own_request(
    product: Running, context: BrowserContext, accounts: list[dict[str, Any]]
) -> None:
    """It is there to be seen and taken back, with the rule's sentence in place of a button."""
    michael = Desk(product, context)
    michael.open(place_of(accounts[1]))
    michael.sign_in("supervisor")
    ask_for_write_off(michael.page)
    expect_asked(michael.page)
    page = michael.page
    michael.open("/approvals?status=pending")
    page.get_by_role("row").filter(has_text="You").get_by_text("Write-off").click()
    expect(page.get_by_text("Nobody decides their own request.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Approve|Reject)"))).to_have_count(0)
    page.get_by_role("button", name="Take it back…").click()
    page.get_by_role("button", name="Take the request back").click()
    expect(page.get_by_role("heading", name="Write-off")).to_contain_text("Taken back")


def opened_from_toast(desk: Desk, total: str) -> Page:
    """Follow the toast of this request, which leads on in the tab that is in hand.

    Older requests that wait are told in passing as well. It stands aside, over no figure.
    """
    page, tabs = desk.page, len(desk.page.context.pages)
    told = page.get_by_test_id("stToast").filter(has_text="New approval request")
    toast = told.filter(has_text=f", {total}")
    expect(toast).to_be_visible()
    place = toast.bounding_box()
    assert place is not None
    assert place["x"] + place["width"] <= ASIDE_PIXELS
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
