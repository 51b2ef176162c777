"""An administrator finds a payment that nobody could read, and a supervisor lets it be posted."""

import re
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pymongo.database import Database

from dashboard.formats import day
from embedded.demo.cases import MISSING_ACCOUNT, MISSING_REFERENCE, NO_DATE
from embedded.running import Running
from proto.documents import LETTER_STEPS, TRANSACTIONS
from tests.journeys.desk import Desk
from tests.journeys.hands import signed_in
from tests.journeys.keyboard import tab_to
from tests.journeys.test_approval import PASSPHRASE, make_key
from tests.told_times import Took

pytestmark = pytest.mark.browser

ERROR: Final = f"InvalidTimestamp: '{NO_DATE}'"


@pytest.fixture
def verified_date(read_models: Database[dict[str, Any]]) -> date:
    """The day that the bank's file names: one after the account's last repayment."""
    paid = {"loanAccountId": MISSING_ACCOUNT, "type": "REPAYMENT"}
    last = read_models[TRANSACTIONS.name].find_one(paid, sort=[("effectiveDate", -1)])
    assert last is not None
    return date.fromisoformat(last["effectiveDate"]) + timedelta(days=1)


def test_a_payment_without_a_date_is_found_corrected_and_posted(
    product: Running,
    browser: Browser,
    context: BrowserContext,
    read_models: Database[dict[str, Any]],
    verified_date: date,
    took: Took,
) -> None:
    """Alex finds it by its reference, asks for the correction, Michael approves, it is resolved.

    The letter leads to the correction, and the correction back to the letter.
    """
    alex = Desk(product, context)
    alex.open(f"/dead_letters?reference={MISSING_REFERENCE}")
    alex.sign_in("admin")
    page = alex.page
    began = time.monotonic()

    row = page.get_by_role("row").filter(has_text=ERROR)
    expect(row).to_have_count(1)
    row.get_by_role("button", name="payment.received.v1").click()
    expect(page.get_by_role("alert").filter(has_text=ERROR)).to_be_visible()
    bad = page.get_by_role("row").filter(has_text="effective_date")
    expect(bad).to_contain_text(NO_DATE)
    expect(bad).to_contain_text("Cannot be applied")
    ask_for_correction(page, verified_date)
    asked = page.get_by_role("row").filter(has_text="Correction asked for")
    expect(asked).to_contain_text("Pending")

    with signed_in(product, browser, "staff-supervisor") as supervisors:
        approve(Desk(product, supervisors), read_models)

    letter = page.get_by_role("heading", name="payment.received.v1")
    expect(letter).to_contain_text("Resolved")
    expect(asked).to_contain_text("Approved")
    page.get_by_role("link", name="Open the correction on the account").click()
    opened = page.get_by_role("heading", name="Correction $180.00")
    expect(opened).to_be_visible()
    expect(page.get_by_text(MISSING_REFERENCE).first).to_be_visible()
    took("3 administrator, a letter corrected", time.monotonic() - began)

    expect(page.get_by_role("row").filter(has_text=day(verified_date)).first).to_be_visible()
    page.get_by_role("link", name="Open the dead letter that it corrects").click()
    expect(letter).to_contain_text("Resolved")
    expect(page.get_by_role("button", name=re.compile("Replay|Issue"))).to_have_count(0)


def ask_for_correction(page: Page, on: date) -> None:
    """Fill in what could not be read, by keys alone; the rest stands in the form already."""
    tab_to(page, lambda name: name == "Issue a correction")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Amount", exact=True)).to_have_value("180.00")
    expect(dialog.get_by_label("Payment reference")).to_have_value(MISSING_REFERENCE)
    expect(dialog.get_by_text("came as")).to_contain_text(NO_DATE)
    # A part of a date shows its focus by its own colours, not by a frame.
    tab_to(page, lambda name: name.startswith("day, Effective date"), is_seen=False)
    page.keyboard.type(f"{on:%d%m%Y}")
    # The date is taken when its field is left.
    tab_to(page, lambda name: name == "Why, in your words")
    page.keyboard.type("Date verified from the bank file")
    corrected = dialog.get_by_role("table", name="The payment as it was and corrected")
    expect(corrected).to_contain_text(day(on))
    preview = dialog.get_by_role("table", name="Balances now and after")
    total = preview.get_by_role("row").filter(has_text="Total")
    expect(total).to_contain_text("$")
    now, after = (Decimal(each) for each in re.findall(r"[0-9]+\.[0-9]{2}", total.inner_text()))
    assert now - after == Decimal("180.00")
    send = dialog.get_by_role("button", name=re.compile("^Ask for approval"))
    expect(send).to_be_enabled()
    page.keyboard.press("ControlOrMeta+Enter")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(dialog).to_have_count(0)


def approve(desk: Desk, read_models: Database[dict[str, Any]]) -> None:
    """Open the request in the supervisor's browser, and approve it with the passphrase."""
    make_key(desk)
    step = read_models[LETTER_STEPS.name].find_one({"kind": "correction_asked"})
    assert step is not None
    page = desk.page
    desk.open(f"/request?id={step['requestId']}")
    told = page.get_by_text("Posts a payment of").first
    expect(told).to_contain_text(MISSING_REFERENCE)
    page.get_by_role("textbox", name="Comment").fill("The bank file shows this payment.")
    page.get_by_role("textbox", name="Passphrase of your signing key").fill(PASSPHRASE)
    page.get_by_role("button", name=re.compile("^Approve: ")).click()
    expect(page.get_by_text("Approved by Michael Torres")).to_be_visible()
