"""A tab at the running desk, and somebody who can sign in there."""

from typing import Any

import pytest
import redis
from playwright.sync_api import BrowserContext, Page
from pymongo.database import Database

from dashboard.sessions import Sessions
from embedded.servers import RedisServer
from tests.desk_process import PASSWORD, DeskProcess, add_staff, run_dashboard


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of it."""
    return context.new_page()


@pytest.fixture
def sessions(redis_server: RedisServer) -> Sessions:
    """The desk's sessions."""
    return Sessions(redis.Redis.from_url(redis_server.url))


@pytest.fixture
def username(desk: DeskProcess, desk_database: Database[dict[str, Any]]) -> str:
    """Somebody of support who can sign in; the username is the staff id."""
    staff_id = add_staff(desk_database)
    arguments = ("set-password", "--staff-id", staff_id, "--username", staff_id)
    done = run_dashboard(*arguments, environ=desk.environ, typed=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    return staff_id
