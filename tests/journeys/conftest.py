"""The running product, for tests that go the whole way round in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from embedded.running import Running
from tests.embedded.launcher import Launched
from tests.told_times import Took, taker


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything, started as `make run` does, with a small portfolio."""
    launched = Launched(tmp_path_factory.mktemp("product") / "data", DEMO_CUSTOMERS="46").start()
    try:
        yield launched.up()
    finally:
        launched.stop()
    assert launched.left_behind() == []


@pytest.fixture
def read_models(product: Running) -> Iterator[Database[dict[str, Any]]]:
    """The product's MongoDB."""
    with pymongo.MongoClient[dict[str, Any]](product.mongodb_url, tz_aware=True) as client:
        yield client[product.db_name]


@pytest.fixture
def took(record_property: Callable[[str, object], None]) -> Took:
    """Note a time that is told at the end of the run."""
    return taker(record_property)
