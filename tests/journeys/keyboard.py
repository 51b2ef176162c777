"""Work without a mouse: from one thing to the next by Tab, and where the focus is."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from tests.journeys.desk import PATIENCE_MS

TABS_MAX: Final = 120
SHOWN_MAX: Final = 1_500
"""So many characters of a page tell why something on it is never reached."""
FOCUS: Final = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  let visible = false;
  for (let each = at, up = 0; each && up < 4; each = each.parentElement, up += 1) {
    const look = getComputedStyle(each);
    visible ||= look.outlineStyle !== "none" || look.boxShadow !== "none"
      || look.borderTopColor === "rgb(31, 95, 191)";
  }
  return {name: at.getAttribute("aria-label") || at.innerText || at.placeholder || "", visible};
}"""


def tab_to(page: Page, is_there: Callable[[str], bool], *, is_seen: bool = True) -> None:
    """Press Tab until the wanted thing has the focus, and see it there."""
    passed: list[str] = []
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        name = str(focus["name"]).strip()
        if is_there(name):
            if not is_seen:
                return
            page.wait_for_function(f"() => ({FOCUS})().visible", timeout=PATIENCE_MS)
            return
        passed.append(name.partition("\n")[0] or "(nameless)")
    shown = page.get_by_test_id("stMain").first.inner_text()[:SHOWN_MAX]
    raise AssertionError(f"never reached; passed {first_lap(passed)}; the page shows:\n{shown}")


def first_lap(passed: list[str]) -> str:
    """Tell what was passed until it began again: where its first three stood in a row again."""
    begin = passed[:3]
    again = (at for at in range(3, len(passed)) if passed[at : at + 3] == begin)
    return " | ".join(passed[: next(again, len(passed))])


def expect_focus(page: Page, name: str) -> None:
    """See that the focus is, or comes back to, what bears a name."""
    page.wait_for_function(f"name => ({FOCUS})().name.trim() === name", arg=name)
