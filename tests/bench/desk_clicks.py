"""A repayment clicked in a real browser: until the promise is shown, and until it is synced."""

import statistics
from typing import Final

from msgspec import Struct
from playwright.sync_api import Page, expect, sync_playwright

from dashboard.formats import money
from dashboard.session import COOKIE
from proto.values import Money
from tests.browser import chromium
from tests.browser.chromium import FLAGS

PATIENCE_MS: Final = 60_000
FIRST_CENTS: Final = 11

WATCH: Final = """([total, done]) => {
  const seen = window.seen = {clicked: 0, overlay: 0, synced: 0};
  document.addEventListener('click', () => { seen.clicked ||= performance.now(); },
    {once: true, capture: true});
  const look = () => {
    if (!seen.clicked) return;
    const main = document.querySelector('[data-testid=stMain]').innerText;
    const metrics = [...document.querySelectorAll('[data-testid=stMetricValue]')];
    if (metrics.some((each) => each.innerText.trim() === total)) {
      seen.overlay ||= performance.now();
    }
    if (main.includes('Synced') && main.includes(done)) seen.synced ||= performance.now();
  };
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(look);
  window.watcher.observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
"""Notes in the browser itself when the promised total and the word were first there."""

PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Clicks(Struct, frozen=True):
    """Milliseconds from each click, and from each opening of the customer's page."""

    overlay: list[float]
    synced: list[float]
    painted: list[float]
    figures: list[float]


def clicks(url: str, secret: str, address: str, owed: Money, *, rounds: int, each: int) -> Clicks:
    """Open the customer's page and repay a few cents some times over; so often in rounds."""
    taken = Clicks([], [], [], [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(FLAGS))
        left = owed
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.set_default_timeout(PATIENCE_MS)
            context.add_cookies([{"name": COOKIE, "value": secret, "url": url}])
            page = context.new_page()
            taken_ms = _open(page, f"{url}{address}")
            taken.painted.append(taken_ms[0])
            taken.figures.append(taken_ms[1])
            for _ in range(each):
                amount = Money(FIRST_CENTS + len(taken.overlay))
                left = Money(left - amount)
                _repay(page, amount, left, taken)
            context.close()
        browser.close()
    return taken


def _open(page: Page, address: str) -> tuple[float, float]:
    page.goto(address, wait_until="commit")
    page.get_by_text("Total owing").wait_for()
    figures = page.evaluate("performance.now()")
    expect(page.get_by_role("button", name="Record repayment")).to_be_enabled()
    return page.evaluate(PAINTED), figures


def _repay(page: Page, amount: Money, left: Money, taken: Clicks) -> None:
    page.get_by_role("button", name="Record repayment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Amount").fill(str(amount))
    send = dialog.get_by_role("button", name=f"Record {money(amount)}")
    expect(send).to_be_enabled(timeout=PATIENCE_MS)
    expect(dialog.get_by_role("row").filter(has_text="Total")).to_contain_text(money(left))
    page.evaluate(WATCH, [money(left), money(amount)])
    send.click()
    page.wait_for_function("window.seen.overlay && window.seen.synced")
    seen = page.evaluate("window.seen")
    taken.overlay.append(seen["overlay"] - seen["clicked"])
    taken.synced.append(seen["synced"] - seen["clicked"])
    expect(dialog).to_have_count(0)


def in_rounds(values: list[float], rounds: int) -> list[float]:
    """Give the median of each round."""
    each = len(values) // rounds
    return [round(statistics.median(values[each * n : each * (n + 1)]), 1) for n in range(rounds)]
