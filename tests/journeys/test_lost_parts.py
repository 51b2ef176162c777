"""Without the projector or the ledger the desk is for reading, says so, and comes back."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from embedded.process import is_alive
from embedded.running import Running
from tests.journeys.hands import ReadModels, open_account, own_account, posted, signed_in
from tests.told_times import Took

pytestmark = pytest.mark.browser

SENTENCES: Final = {
    "projector": "The projector does not answer since",
    "ledger": "The ledger does not answer since",
}


@contextmanager
def held(product: Running, part: str) -> Iterator[None]:
    """Stop a part as a machine does that hangs; it goes on in any case."""
    os.kill(product.parts[part], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(product.parts[part], signal.SIGCONT)


def fill(page: Page, amount: str) -> None:
    """Fill in the form, ready to be sent."""
    page.get_by_role("button", name="Record repayment").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Amount").fill(amount)
    form.get_by_role("textbox", name="Payment reference").fill(f"BANK-{amount}")
    expect(form.get_by_role("button", name=f"Record ${amount}")).to_be_enabled()


def test_a_lost_part_makes_the_desk_read_only_until_it_is_back(
    product: Running, browser: Browser, read_models: ReadModels, took: Took
) -> None:
    """Each is named, how soon is told, nothing can be sent; back by itself, what was typed goes."""
    account_id = own_account(product, read_models)
    with signed_in(product, browser, "staff-support") as context:
        page, reader = context.new_page(), context.new_page()
        open_account(page, product.dashboard_url, account_id)
        open_account(reader, product.dashboard_url, account_id)
        # While a page is drawn anew below a banner, a button can stand there twice for a moment.
        record = reader.get_by_role("button", name="Record repayment").first
        for part, amount in (("projector", "21.00"), ("ledger", "22.00")):
            fill(page, amount)
            send = page.get_by_role("button", name=f"Record ${amount}").first
            with held(product, part):
                stopped = time.monotonic()
                banner = reader.get_by_test_id("stMain").get_by_text(SENTENCES[part])
                expect(banner.first).to_be_visible()
                noticed = time.monotonic() - stopped
                expect(record).to_be_disabled()
                expect(reader.get_by_role("button", name="More", exact=True).first).to_be_disabled()
                expect(
                    page.get_by_role("dialog").get_by_text(SENTENCES[part]).first
                ).to_be_visible()
                expect(send).to_be_disabled()
                expect(page.get_by_text("changes are off until it is back").first).to_be_visible()
            expect(record).to_be_enabled()
            expect(send).to_be_enabled()
            send.click()
            expect(page.get_by_text(f"Synced Recorded ${amount}").first).to_be_visible()
            took(f"lost {part} → named and read-only", noticed)
    assert posted(read_models, account_id, "REPAYMENT") == ["21.00", "22.00"]
    assert all(is_alive(product.parts[part]) for part in SENTENCES), "it went on, it was not ended"
