"""A real ledger for the tests of this room."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.builders import Caller, LedgerProcess
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerProcess]:
    """One ledger for the run, with staff of every role; tests use accounts of their own."""
    process = LedgerProcess(tmp_path_factory.mktemp("ledger"))
    with process:
        yield process.with_staff()


@pytest.fixture
def system(ledger: LedgerProcess) -> Caller:
    """The command line's actor: opens loans."""
    return ledger.system


@pytest.fixture
def supervisor(ledger: LedgerProcess) -> Caller:
    """A supervisor: works with loans, waives up to $500."""
    return ledger.caller("staff-supervisor")


@pytest.fixture
def support(ledger: LedgerProcess) -> Caller:
    """A support agent: works with loans, waives up to $50."""
    return ledger.caller("staff-support")


@pytest.fixture
def store() -> str:
    """Where a ledger of the test's own keeps its journal; a test may ask for `postgres`."""
    return "sqlite"


@pytest.fixture
def database_url(store: str, request: pytest.FixtureRequest) -> str:
    """The setting that names that store."""
    if store == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_journal_url()


@pytest.fixture
def ledger_alone(data_dir: Path, database_url: str) -> Iterator[LedgerProcess]:
    """A ledger of the test's own, which may be killed and started again."""
    process = LedgerProcess(data_dir, database_url=database_url)
    with process:
        yield process.with_staff()


@pytest.fixture
def ledger_empty(data_dir: Path) -> Iterator[LedgerProcess]:
    """A ledger of the test's own, with nothing in it."""
    with LedgerProcess(data_dir) as process:
        yield process


@pytest.fixture(scope="session")
def kept_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped ledger's folder with some hundreds of entries, and an old copy of its journal."""
    folder = tmp_path_factory.mktemp("tampering")
    with LedgerProcess(folder) as ledger, ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            ledger.system.active_loan()
        ledger.stop()
        shutil.copytree(folder / "ledger", folder / "old")
        ledger.start()
        for each in [pool.submit(ledger.system.active_loan) for _ in range(60)]:
            each.result()
    return folder


@pytest.fixture
def folder(kept_ledger: Path, tmp_path: Path) -> Path:
    """The test's own copy of it."""
    return shutil.copytree(kept_ledger, tmp_path / "copy")
