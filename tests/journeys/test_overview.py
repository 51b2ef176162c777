"""The analyst's story: every figure of the overview opens what it is made of."""

import re
import time
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboard.components.period import USUAL, days_of
from dashboard.formats import money, today
from dashboard.queries.portfolio import day_totals
from dashboard.reports.written_off import written_off
from embedded.running import Running
from tests.journeys.desk import PATIENCE_MS, Desk
from tests.journeys.hands import ReadModels
from tests.journeys.overview_rows import ANALYST
from tests.journeys.test_overview_totals import FIGURES
from tests.told_times import Took

pytestmark = pytest.mark.browser

PAID: Final = re.compile("^(Recovery|Repayment)$")
TILES: Final = 8


def test_every_figure_leads_to_its_rows(
    product: Running,
    context: BrowserContext,
    read_models: ReadModels,
    took: Took,
) -> None:
    """A tile, a bar, a bucket, a reason and a person open what they are made of."""
    began = time.monotonic()
    first, last = days_of(USUAL, today(datetime.now(UTC)))
    assert first is not None
    assert last is not None
    given_up = money(written_off(day_totals(read_models, ANALYST, first, last)))
    desk = Desk(product, context)
    desk.open("/overview")
    desk.sign_in("analyst")
    page = desk.page
    written = page.get_by_test_id("stMetric").filter(has_text="Written off").first
    expect(written).to_contain_text(given_up, timeout=PATIENCE_MS)
    tiles = page.get_by_role("button", name="Show rows")
    expect(tiles).to_have_count(TILES)
    labels = page.get_by_test_id("stMetricLabel").all_inner_texts()
    assert len(labels) == TILES, "a figure without rows"
    assert {each.strip() for each in labels} <= set(FIGURES), "a figure that no test ties"
    opens(page, tiles.nth(5), "Write-offs", "Aged debt")
    opens(page, tiles.nth(7), "Data Match score", "as the ledger's events make it")
    opens(page, page.get_by_role("button", name=re.compile("^62 days")), "Accounts", "Default")
    opens(page, page.get_by_role("button", name="Duplicate charge"), "Fee waivers", "$50.00")
    opens(page, page.get_by_role("button", name="Tom Okafor"), "What Tom Okafor did", "asked for")
    page.get_by_role("button", name="Export CSV").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Waivers by reason").last.click()
    told = saving.value.path().read_text("utf-8-sig").splitlines()
    assert told[0] == "first_day,last_day,reason_code,reason,waived"
    assert any(line.endswith("duplicate_charge,Duplicate charge,50.00") for line in told)
    page.keyboard.press("Escape")
    opens(page, page.locator(".barlayer .point path").last, "Money in", PAID)
    page.get_by_role("tab", name="Table").click()
    by_day = page.get_by_role("table", name="Repayments by day")
    opens(page, by_day.get_by_role("button").first, "Money in", PAID)
    took("analyst", time.monotonic() - began)


def opens(page: Page, figure: Locator, title: str, told: str | re.Pattern[str]) -> None:
    """Choose a figure, see its rows, and close them."""
    figure.click(force=title == "Money in")  # a bar is under the chart's own layer
    dialog = page.get_by_role("dialog").filter(has_text=title)
    expect(dialog.get_by_text(told).first).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
