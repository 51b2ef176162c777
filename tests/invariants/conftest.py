"""A ring of real processes for the fault tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
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


@pytest.fixture
def postgres_stage(tmp_path: Path, own_postgres: PostgresServer) -> Iterator[Stage]:
    """The same, with the journal in a PostgreSQL server of the test's own."""
    stage = Stage(tmp_path, own_postgres.new_journal_url())
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()
