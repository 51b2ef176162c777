"""The story that this desk is for: a late fee, waived in one call, on real servers."""

import re
import time
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, expect
from pymongo.database import Database

from embedded.demo.stories import JOHNS_NUMBER
from embedded.running import Running
from proto.documents import TRANSACTIONS
from tests.journeys.balances import agree, on_screen
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.told_times import Took

pytestmark = pytest.mark.browser

ACCOUNT_ID: Final = f"LOAN-{JOHNS_NUMBER}"
WATCH: Final = """() => {
  const seen = window.seen = {clicked: performance.now()};
  const look = () => {
    const metrics = [...document.querySelectorAll('[data-testid=stMetric]')];
    const total = metrics.find(each => each.innerText.includes('Total owing'));
    const main = document.querySelector('[data-testid=stMain]').innerText;
    if (total && total.innerText.includes('$0.00')) seen.zero ??= performance.now();
    if (main.includes('Synced')) seen.synced ??= performance.now();
  };
  new MutationObserver(look).observe(document.body,
    {subtree: true, childList: true, characterData: true});
}"""
"""Notes in the browser itself when the zero and when the word were first there."""


def test_a_late_fee_is_waived_while_the_customer_waits(
    product: Running,
    context: BrowserContext,
    read_models: Database[dict[str, Any]],
    took: Took,
) -> None:
    """Sign in, find John, waive the fee: $0.00 at once, then Synced, and all agree."""
    began = time.monotonic()
    desk = Desk(product, context)
    desk.open()
    desk.sign_in("support")
    desk.search("john sm")
    page = desk.page
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name=JOHNS_NUMBER)).to_be_visible()
    assert on_screen(page)["Total owing"] == "$10.00"
    agree(product, read_models, page, ACCOUNT_ID)

    page.get_by_role("button", name="Waive fee").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(re.compile("^Fee"))).to_be_visible()
    dialog.get_by_label("Note").fill("The repayment came the same day")
    page.evaluate(WATCH)
    dialog.get_by_role("button", name="Waive $10.00").click()
    total = page.get_by_test_id("stMetric").filter(has_text="Total owing").first
    expect(total).to_contain_text("$0.00")
    expect(page.get_by_text("Synced").first).to_be_visible(timeout=PATIENCE_MS)
    seen = page.evaluate("window.seen")
    assert seen["zero"] <= seen["synced"]
    agree(product, read_models, page, ACCOUNT_ID)
    expect(page.get_by_role("heading", name=JOHNS_NUMBER)).to_contain_text("Paid off")
    waivers = list(read_models[TRANSACTIONS.name].find({"type": "FEE_WAIVER"}))
    (waiver,) = [each for each in waivers if each["loanAccountId"] == ACCOUNT_ID]
    assert (waiver["createdBy"], str(waiver["amount"])) == ("staff-support", "10.00")

    desk.sign_out()
    took("1 support, a fee waived in one call", time.monotonic() - began)
    for name, said in (("zero", "click → $0.00"), ("synced", "click → Synced")):
        took(said, (seen[name] - seen["clicked"]) / 1_000)
