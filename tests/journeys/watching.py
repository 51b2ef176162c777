"""Screens that nobody touches: when did each show by itself what somebody did elsewhere?"""

from datetime import datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from tests.journeys.desk import PATIENCE_MS

WATCH: Final = Path(__file__).with_suffix(".js").read_text()


class Watched:
    """A screen from now on; its clock is this machine's."""

    def __init__(self, page: Page, text: str, *, is_there: bool = True) -> None:
        self._page, self._text = page, text
        page.evaluate(WATCH, [text, is_there])

    def seconds_since(self, happened: datetime) -> float:
        """Wait for it; give the seconds since it happened. Nobody clicked, typed or reloaded."""
        self._page.wait_for_function("() => window.watched.at", timeout=PATIENCE_MS)
        seen = self._page.evaluate("window.watched")  # a reload would have lost it
        assert seen["touched"] == 0, f"somebody touched the screen that was to show {self._text}"
        return float(seen["at"]) / 1_000 - happened.timestamp()
