"""The story that this desk is for: a late fee, waived in one call, on real servers."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pymongo.database import Database

from embedded import keys
from embedded.demo.stories import JOHNS_NUMBER
from embedded.running import Running
from proto import accounting_ledger_pb2 as ledger
from proto.accounting_ledger_pb2_grpc import AccountingLedgerServiceStub
from proto.actor_token import METADATA_KEY, mint
from proto.documents import LOAN_ACCOUNTS, TRANSACTIONS
from tests.journeys.desk import PATIENCE_MS, Desk

pytestmark = pytest.mark.browser

ACCOUNT_ID: Final = f"LOAN-{JOHNS_NUMBER}"
FIGURES: Final = ("Principal", "Interest", "Fees", "Total owing")
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


def _on_screen(page: Page) -> dict[str, str]:
    values = {}
    for label in FIGURES:
        metric = page.get_by_test_id("stMetric").filter(has_text=label)
        values[label] = metric.get_by_test_id("stMetricValue").inner_text().strip()
    return values


def _in_ledger(product: Running) -> ledger.GetBalanceResponse:
    key = keys.private_key(Path(product.keys_dir), "command-line")
    token = mint(
        key, issuer="command-line", actor_id="system", session_id="test", now=datetime.now(UTC)
    )
    with grpc.insecure_channel(product.ledger_address) as channel:
        return AccountingLedgerServiceStub(channel).GetBalance(
            ledger.GetBalanceRequest(loan_account_id=ACCOUNT_ID),
            metadata=((METADATA_KEY, f"Bearer {token}"),),
            timeout=10,
        )


def _agree(product: Running, read_models: Database[dict[str, Any]], page: Page) -> None:
    """The screen, MongoDB and the ledger tell the same to the cent."""
    stored = read_models[LOAN_ACCOUNTS.name].find_one({"_id": ACCOUNT_ID})
    assert stored is not None
    balances, books = stored["balances"], _in_ledger(product)
    by_label = {
        "Principal": (str(balances["principal"]), books.principal_balance),
        "Interest": (str(balances["interest"]), books.interest_balance),
        "Fees": (str(balances["fees"]), books.fee_balance),
        "Total owing": (str(balances["totalOutstanding"]), books.total_outstanding),
    }
    shown = _on_screen(page)
    assert {label: (f"${a}", f"${b}") for label, (a, b) in by_label.items()} == {
        label: (amount, amount) for label, amount in shown.items()
    }
    assert stored["ver"] == books.account_version


def test_a_late_fee_is_waived_while_the_customer_waits(
    product: Running,
    context: BrowserContext,
    read_models: Database[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
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
    assert _on_screen(page)["Total owing"] == "$10.00"
    _agree(product, read_models, page)

    page.get_by_role("button", name="Waive fee").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(re.compile("^Fee"))).to_be_visible()
    dialog.get_by_label("Note").fill("The repayment came the same day")
    page.evaluate(WATCH)
    dialog.get_by_role("button", name="Waive $10.00").click()
    total = page.get_by_test_id("stMetric").filter(has_text="Total owing")
    expect(total).to_contain_text("$0.00")
    expect(page.get_by_text("Synced")).to_be_visible(timeout=PATIENCE_MS)
    seen = page.evaluate("window.seen")
    assert seen["zero"] <= seen["synced"]
    _agree(product, read_models, page)
    expect(page.get_by_role("heading", name=JOHNS_NUMBER)).to_contain_text("Paid off")
    waivers = list(read_models[TRANSACTIONS.name].find({"type": "FEE_WAIVER"}))
    (waiver,) = [each for each in waivers if each["loanAccountId"] == ACCOUNT_ID]
    assert (waiver["createdBy"], str(waiver["amount"])) == ("staff-support", "10.00")

    desk.sign_out()
    with capsys.disabled():
        zero, synced = (round(seen[name] - seen["clicked"]) for name in ("zero", "synced"))
        took = time.monotonic() - began
        print(f"\nclick to $0.00 {zero} ms, to Synced {synced} ms; the journey {took:.1f} s")
