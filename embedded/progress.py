"""A progress bar for a person, and a line now and then for a log."""

import sys
from typing import Final, TextIO

WIDTH: Final = 30
LINES_IN_A_LOG: Final = 4


class Progress:
    """Counts what is done of a whole; draws no more often than the picture changes."""

    def __init__(self, label: str, total: int, out: TextIO | None = None) -> None:
        self._label, self._total = label, max(total, 1)
        self._out = out or sys.stdout
        self._is_screen = self._out.isatty()
        self._done, self._drawn = 0, -1

    def advance(self, count: int = 1) -> None:
        """Count what was done."""
        self._done = min(self._done + count, self._total)
        steps = WIDTH if self._is_screen else LINES_IN_A_LOG
        place = self._done * steps // self._total
        if place != self._drawn:
            self._drawn = place
            self._draw()

    def _draw(self) -> None:
        share = self._done / self._total
        told = f"{self._done:,} of {self._total:,}"
        if self._is_screen:
            bar = ("█" * round(share * WIDTH)).ljust(WIDTH, "░")
            end = "\n" if self._done == self._total else ""
            self._out.write(f"\r  {self._label:<15}{bar} {told}{end}")
        elif self._drawn:
            self._out.write(f"  {self._label:<15}{share:>4.0%}  {told}\n")
        self._out.flush()
