"""Where CI=true a test that failed is run once more, and what it was is told in full.

Most tests start real servers, and many share the machine: one moment of it is no verdict on a
change. Everywhere else a failure is a failure at once.
"""

import os
from collections.abc import Iterable
from typing import Final

import pytest

TIMES: Final = 1
TOLD_MAX: Final = 6_000


def mark(items: list[pytest.Item]) -> None:
    """Let every test fail once, in CI alone."""
    if os.environ.get("CI") == "true":
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=TIMES))


def told(reports: Iterable[object]) -> list[str]:
    """Tell which tests were tried again, and all that is known of why they failed at first."""
    return [
        f"FAILED AT FIRST, THEN TRIED AGAIN: {each.nodeid}\n"
        + "\n".join([each.longreprtext[-TOLD_MAX:], *(text for _, text in each.sections)])
        for each in reports
        if isinstance(each, pytest.TestReport)
    ]
