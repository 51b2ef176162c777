"""Sent twice and changed by two: one intent has one effect, and nobody types anything twice."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from embedded.running import Running
from tests.journeys.hands import (
    ReadModels,
    open_account,
    own_account,
    posted,
    signed_in,
    total_owing,
    until,
)

pytestmark = pytest.mark.browser

SARAH, MICHAEL = "staff-support", "staff-supervisor"


def fill_repayment(page: Page, amount: str) -> None:
    """Open the form and wait until it may be sent."""
    page.get_by_role("button", name="Record repayment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Amount").fill(amount)
    expect(dialog.get_by_role("button", name=f"Record ${amount}")).to_be_enabled()


def expect_synced(page: Page, amount: str) -> None:
    """See the change done."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text(f"Synced Recorded ${amount}").first).to_be_visible()


def test_what_is_sent_twice_is_done_once(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """A double click, Ctrl+Enter twice, the same dialog in two tabs, a note clicked twice."""
    account_id = own_account(product, read_models)
    with signed_in(product, browser, SARAH) as context:
        page, other = context.new_page(), context.new_page()
        open_account(page, product.dashboard_url, account_id)
        fill_repayment(page, "10.00")
        page.get_by_role("button", name="Record $10.00").dblclick()
        expect_synced(page, "10.00")

        fill_repayment(page, "11.00")
        page.keyboard.press("ControlOrMeta+Enter")
        page.keyboard.press("ControlOrMeta+Enter")
        expect_synced(page, "11.00")

        open_account(other, product.dashboard_url, account_id)
        for tab in (page, other):
            fill_repayment(tab, "12.00")
        for tab in (page, other):
            # The other's button may be off already: it has heard of the first by then.
            tab.get_by_role("button", name="Record $12.00").evaluate("button => button.click()")
        changed = other.get_by_text(re.compile("has changed since you opened it"))
        expect(changed.first).to_be_visible()

        page.get_by_role("tab", name="Notes").click()
        page.get_by_label("New note").fill("Pays on Friday")
        page.get_by_role("button", name="Add note").dblclick()
        expect(page.get_by_role("button", name="Reveal the note")).to_have_count(1)
        page.reload()
        page.get_by_role("tab", name="Notes").click()
        expect(page.get_by_role("button", name="Reveal the note")).to_have_count(1)
    until(lambda: len(posted(read_models, account_id, "REPAYMENT")) >= 3, "three repayments")
    assert posted(read_models, account_id, "REPAYMENT") == ["10.00", "11.00", "12.00"]


def test_who_is_overtaken_sees_by_what_and_goes_on(
    product: Running, browser: Browser, read_models: ReadModels
) -> None:
    """Michael waives while Sarah types: she is told what he did, and sends what she typed."""
    account_id = own_account(product, read_models, late_fee="15.00")
    with (
        signed_in(product, browser, SARAH) as hers,
        signed_in(product, browser, MICHAEL) as his,
    ):
        sarah, michael = hers.new_page(), his.new_page()
        open_account(sarah, product.dashboard_url, account_id)
        sarah.get_by_role("button", name="Waive fee").click()
        form = sarah.get_by_role("dialog")
        form.get_by_label("Note").fill("Asked for on the telephone")
        form.get_by_role("textbox", name="Amount").fill("5.00")
        expect(form.get_by_role("button", name="Waive $5.00")).to_be_enabled()

        open_account(michael, product.dashboard_url, account_id)
        michael.get_by_role("button", name="Waive fee").click()
        his_form = michael.get_by_role("dialog")
        his_form.get_by_role("textbox", name="Amount").fill("3.00")
        his_form.get_by_role("button", name="Waive $3.00").click()

        expect(form.get_by_text("has changed since you opened it")).to_be_visible()
        expect(form.get_by_text("Fee waiver $3.00 by Michael Torres")).to_be_visible()
        expect(form.get_by_role("button", name="Waive $5.00")).to_be_disabled()
        form.get_by_role("button", name="Refresh the figures").click()
        expect(form.get_by_role("textbox", name="Amount, at most $12.00")).to_have_value("5.00")
        expect(form.get_by_label("Note")).to_have_value("Asked for on the telephone")
        expect(form.get_by_role("button", name="Waive $5.00")).to_have_count(1)
        form.get_by_role("button", name="Waive $5.00").dblclick()
        expect(form).to_have_count(0)
        expect(sarah.get_by_text("Synced Waived $5.00").first).to_be_visible()
        until(lambda: total_owing(sarah) == "$607.00", "what is owed after both")
    assert posted(read_models, account_id, "FEE_WAIVER") == ["3.00", "5.00"]
