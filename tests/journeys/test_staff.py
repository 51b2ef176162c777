"""The administrator's story of somebody new: created, promoted, disabled, back again."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pymongo.database import Database

from embedded import keys
from embedded.demo import cases
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto import documents
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.watching import Watched
from tests.ledger_caller import refusal_of
from tests.told_times import Took

pytestmark = pytest.mark.browser

WHO: Final = "nora"
STAFF_ID: Final = f"staff-{WHO}"
OWN: Final = "a password of my own"


def start_password(page: Page) -> str:
    """Read the start password off the dialog, once, and put it away."""
    shown = page.get_by_role("dialog").get_by_text(re.compile(r"^(?:[a-z0-9]{4}-){3}[a-z0-9]{4}$"))
    expect(shown).to_be_visible(timeout=PATIENCE_MS)
    password = shown.inner_text()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=PATIENCE_MS)
    return password


def choose_password(desk: Desk, start: str, own: str) -> None:
    """Sign in with a start password, and choose one."""
    desk.open()
    desk.enter(WHO, start)
    desk.page.get_by_label("New password").fill(own)
    desk.page.get_by_label("The same again").fill(own)
    desk.page.get_by_role("button", name="Save and sign in").click()
    desk.expect_desk()


def change(page: Page, opens: str, does: str) -> None:
    """Open a form and press its button."""
    page.get_by_role("button", name=opens, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=does, exact=True).click()


def repay(product: Running, account_id: str) -> None:
    """Record a repayment as Nora, past every page. Raises grpc.RpcError."""
    key = keys.private_key(Path(product.keys_dir), "desk")
    token = mint(key, issuer="desk", actor_id=STAFF_ID, session_id="x", now=datetime.now(UTC))
    request = ledger.RecordRepaymentRequest(
        loan_account_id=account_id, amount="1.00", idempotency_key="nora-after-all"
    )
    with grpc.insecure_channel(product.ledger_address) as channel:
        stub = AccountingLedgerServiceStub(channel)
        stub.RecordRepayment(request, metadata=((METADATA_KEY, f"Bearer {token}"),))


def create(page: Page) -> str:
    """Create Nora in support, and give her start password."""
    page.get_by_role("button", name="New staff member").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name", exact=True).fill("Nora Petrova")
    form.get_by_label("Username").fill(WHO)
    form.get_by_label("Roles").click()
    page.get_by_role("option", name="Support").click()
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Create staff member").click()
    return start_password(page)


def promote(page: Page) -> None:
    """Open Nora, see her whole, and make her a supervisor too."""
    page.get_by_role("button", name="Nora Petrova").click()
    expect(page.get_by_role("table", name="Changes")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE_MS
    )
    page.get_by_role("button", name="Change roles").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Roles").click()
    page.get_by_role("option", name="Supervisor").click()
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Change roles").click()


def begin_a_form(desk: Desk) -> Locator:
    """Type an amount into a form and leave it there; gives the field."""
    desk.open(f"/customer?id={cases.SILENT}")
    desk.page.get_by_role("button", name="Record repayment").first.click(timeout=PATIENCE_MS)
    amount = desk.page.get_by_role("dialog").get_by_label("Amount")
    amount.fill("12.34")
    return amount


def disabled_at(read_models: Database[dict[str, Any]]) -> datetime:
    """Give the moment at which the ledger recorded the disabling."""
    trail = read_models[documents.AUDIT_EVENTS.name]
    event = trail.find_one({"eventType": "staff.disabled.v1", "subjectId": f"staff:{STAFF_ID}"})
    assert event is not None
    recorded: datetime = event["recordedAt"]
    return recorded


def account_of_the_silent(read_models: Database[dict[str, Any]]) -> str:
    """Give the account that the form is about."""
    accounts = read_models[documents.LOAN_ACCOUNTS.name]
    account = accounts.find_one({"customerIdString": cases.SILENT})
    assert account is not None
    return str(account["loanAccountId"])


def test_somebody_new_comes_is_promoted_leaves_and_returns(
    product: Running,
    context: BrowserContext,
    browser: Browser,
    read_models: Database[dict[str, Any]],
    took: Took,
) -> None:
    """Created they sign in at once; disabled they are out of every open tab, forms and all."""
    began = time.monotonic()
    admin = Desk(product, context)
    admin.open("/staff")
    admin.sign_in("admin")
    theirs = browser.new_context(viewport={"width": 1280, "height": 900})
    theirs.set_default_timeout(PATIENCE_MS)
    idle, busy = Desk(product, theirs), Desk(product, theirs)
    choose_password(idle, create(admin.page), OWN)
    overview = idle.page.get_by_role("link", name="Overview")
    expect(overview).to_have_count(0)
    amount = begin_a_form(busy)

    promote(admin.page)
    expect(overview).to_be_visible(timeout=PATIENCE_MS)
    expect(amount).to_have_value("12.34")

    tabs = {"an idle tab": idle, "a tab in a form": busy}
    watched = {name: Watched(tab.page, "Sign in") for name, tab in tabs.items()}
    change(admin.page, "Disable…", "Disable")
    for tab in tabs.values():
        tab.expect_sign_in()
    for name, screen in watched.items():
        took(f"disabled → out of {name}", screen.seconds_since(disabled_at(read_models)))
    expect(amount).to_have_count(0)
    expect(busy.page.get_by_text("You are signed out")).to_be_visible()
    with pytest.raises(grpc.RpcError) as refused:
        repay(product, account_of_the_silent(read_models))
    assert refusal_of(refused.value).reason == "STAFF_DISABLED"
    idle.enter(WHO, OWN)
    expect(idle.page.get_by_text("is not right")).to_be_visible(timeout=PATIENCE_MS)

    change(admin.page, "Enable…", "Enable")
    change(admin.page, "Give a start password…", "Give a start password")
    choose_password(idle, start_password(admin.page), f"{OWN}, again")
    expect(overview).to_be_visible()
    theirs.close()
    took("3 administrator, somebody new", time.monotonic() - began)
