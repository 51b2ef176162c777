"""A ring of real processes for the fault tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """MongoDB, Redis, ledger and projector, running."""
    stage = Stage(tmp_path)
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()
