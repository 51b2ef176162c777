"""Fixtures of the one-machine set-up's tests."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import signals
from tests.embedded.launcher import Launched


@pytest.fixture
def blocked_signals() -> Iterator[None]:
    """Signals are held back, as in a supervisor."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    yield
    while signal.sigtimedwait(signals.WATCHED, 0) is not None:
        pass
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.fixture
def launched(data_dir: Path) -> Iterator[Launched]:
    """A product that is not started yet; whatever became of it, it is gone afterwards."""
    product = Launched(data_dir)
    yield product
    if product.process is not None:
        product.stop()


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """A running product for the tests that leave it as they found it."""
    product = Launched(tmp_path_factory.mktemp("product") / "data").start()
    try:
        product.up()
        yield product
    finally:
        product.stop()
