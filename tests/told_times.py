"""The seconds that tests noted, told at the end of the run, whoever of its workers ran them."""

from collections.abc import Callable, Iterable
from typing import Final

import pytest

MARK: Final = "took: "
ARROW: Final = "→"
"""Stands in what is no journey but one wait: `click → Synced`."""

Took = Callable[[str, float], None]
"""Notes what took how many seconds."""


def taker(record_property: Callable[[str, object], None]) -> Took:
    """Give what notes a time on the test in hand: it travels with its report."""

    def note(what: str, seconds: float) -> None:
        record_property(f"{MARK}{what}", f"{seconds:.1f}")

    return note


def told(reports: Iterable[object]) -> list[str]:
    """Tell the times of all the reports: of whole journeys, then of what was waited for."""
    noted = {
        str(name).removeprefix(MARK): seconds
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, seconds in report.user_properties
        if str(name).startswith(MARK)
    }
    waits = {what: seconds for what, seconds in noted.items() if ARROW in what}
    journeys = {what: seconds for what, seconds in noted.items() if ARROW not in what}
    return [
        f"{title}: " + " · ".join(f"{what} {each[what]} s" for what in sorted(each))
        for title, each in (("Journeys", journeys), ("Until seen", waits))
        if each
    ]
