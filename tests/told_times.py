"""The seconds that tests noted, told at the end of the run, whoever of its workers ran them."""

from collections.abc import Callable, Iterable
from typing import Final

import pytest

MARK: Final = "took: "

Took = Callable[[str, float], None]
"""Notes what took how many seconds."""


def taker(record_property: Callable[[str, object], None]) -> Took:
    """Give what notes a time on the test in hand: it travels with its report."""

    def note(what: str, seconds: float) -> None:
        record_property(f"{MARK}{what}", f"{seconds:.1f}")

    return note


def told(reports: Iterable[object]) -> str:
    """Tell the times of all the reports in a line; empty where none was noted."""
    noted = {
        str(name).removeprefix(MARK): seconds
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, seconds in report.user_properties
        if str(name).startswith(MARK)
    }
    return " · ".join(f"{what} {seconds} s" for what, seconds in sorted(noted.items()))
