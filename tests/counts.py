"""How many examples a test takes: fewer in `make test`, all of them in `make test-long`."""

import os
from typing import Final

IS_LONG: Final = os.environ.get("TEST_LONG") == "1"


def count(short: int, full: int) -> int:
    """Give the count for this run."""
    return full if IS_LONG else short
