"""The parts of a desk over a test's own database."""

from typing import Any

import pytest
import redis
from pymongo.database import Database

from dashboard.credentials import Credentials
from dashboard.sessions import Sessions


@pytest.fixture
def sessions(streams: redis.Redis) -> Sessions:
    """The store of sessions, empty."""
    return Sessions(streams)


@pytest.fixture
def credentials(database: Database[dict[str, Any]], streams: redis.Redis) -> Credentials:
    """The store of password hashes, empty."""
    return Credentials(database, streams)
