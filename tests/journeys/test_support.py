"""Support at the customer: found by a payment, told from the transcript to the event."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, expect

from embedded.demo import cases
from embedded.running import Running
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.told_times import Took

pytestmark = pytest.mark.browser


def test_support_answers_from_one_page(
    product: Running, context: BrowserContext, took: Took
) -> None:
    """A payment's reference leads to its event; talk, statement and notes are beside it."""
    began = time.monotonic()
    desk = Desk(product, context)
    desk.open()
    desk.sign_in("support")
    page = desk.page
    desk.search(f"DD-{cases.COLLEAGUE_NUMBER}-02")
    expect(page.get_by_role("heading", name="Mei Tran")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name="Repayment $240.00")).to_be_visible()
    expect(page.get_by_text(f"TXN-LOAN-{cases.COLLEAGUE_NUMBER}").first).to_be_visible()

    page.get_by_role("tab", name="Conversations").click()
    talk = page.get_by_role("list", name="Transcript")
    expect(talk.get_by_text("line 70 of my statement")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Earlier messages").click()
    expect(talk.get_by_text("line 50 of my statement")).to_be_visible()

    page.get_by_role("tab", name="Statement").click()
    expect(page.get_by_role("row").filter(has_text="Fee waived")).to_contain_text("$50.00")

    page.get_by_role("tab", name="Notes").click()
    page.get_by_label("New note").fill("Told her that the second fee is gone")
    page.get_by_role("button", name="Add note").click()
    page.get_by_role("button", name="Reveal the note").click(timeout=PATIENCE_MS)
    note = page.get_by_test_id("stText").get_by_text("Told her that the second fee is gone")
    expect(note).to_be_visible()

    desk.open(f"/customer?id={cases.SILENT}")
    waits = page.get_by_text(re.compile("Write off .2,500.00, asked for by you"))
    expect(waits).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Cancel my request")).to_be_enabled()
    took("1 support, a customer told", time.monotonic() - began)
