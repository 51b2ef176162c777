"""A repayment clicked in a real browser: until the promise is shown, and until it is synced."""

import time
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
SECONDS_MAX: Final = 80.0
"""A slow machine clicks less often, at least once a round."""

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
    const isDone = (line) => line.includes('Synced') && line.includes(done);
    if (main.split('\\n').some(isDone)) seen.synced ||= performance.now();
  };
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(look);
  window.watcher.observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
"""Notes in the browser itself when the promised total and the word were first there."""

PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Clicks(Struct, frozen=True):
    """Milliseconds from each click, and from each opening of the customer's page, by round."""

    overlay: list[list[float]]
    synced: list[list[float]]
    painted: list[list[float]]
    figures: list[list[float]]


def clicks(url: str, secret: str, address: str, owed: Money, *, rounds: int, each: int) -> Clicks:
    """Open the customer's page and repay a few cents some times over; so often in rounds."""
    taken, ends = Clicks([], [], [], []), time.monotonic() + SECONDS_MAX
    left, amount = owed, Money(FIRST_CENTS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(FLAGS))
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.set_default_timeout(PATIENCE_MS)
            context.add_cookies([{"name": COOKIE, "value": secret, "url": url}])
            page = context.new_page()
            painted, figures = _open(page, f"{url}{address}")
            taken.painted.append([painted])
            taken.figures.append([figures])
            seen: list[tuple[float, float]] = []
            while len(seen) < each and (not seen or time.monotonic() < ends):
                left = Money(left - amount)
                seen.append(_repay(page, amount, left))
                amount = Money(amount + 1)
            taken.overlay.append([overlay for overlay, _ in seen])
            taken.synced.append([synced for _, synced in seen])
            context.close()
        browser.close()
    return taken


def _open(page: Page, address: str) -> tuple[float, float]:
    page.goto(address, wait_until="commit")
    page.get_by_text("Total owing").wait_for()
    figures = page.evaluate("performance.now()")
    expect(page.get_by_role("button", name="Record repayment")).to_be_enabled()
    return page.evaluate(PAINTED), figures


def _repay(page: Page, amount: Money, left: Money) -> tuple[float, float]:
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
    expect(dialog).to_have_count(0)
    return seen["overlay"] - seen["clicked"], seen["synced"] - seen["clicked"]
