"""Each page's own lock, besides the navigation's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from pymongo.database import Database
from streamlit.testing.v1 import AppTest

from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions, hashed
from embedded import keys
from embedded.servers import MongoServer, RedisServer
from tests.dashboard.own_process import desk_of_its_own, run
from tests.desk_process import add_staff
from tests.ports import free_port

ReadModels = Database[dict[str, Any]]


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch,
    mongo_server: MongoServer,
    redis_server: RedisServer,
    database: ReadModels,
    streams: redis.Redis,
    data_dir: Path,
) -> Iterator[None]:
    """The test's own servers are this process's desk."""
    streams.ping()
    keys.make_missing(data_dir / "keys")
    with desk_of_its_own(
        monkeypatch,
        MONGODB_URL=mongo_server.url,
        REDIS_URL=redis_server.url,
        DB_NAME=database.name,
        KEYS_DIR=str(data_dir / "keys"),
        LEDGER_SERVICE_URL=f"127.0.0.1:{free_port()}",
    ):
        yield


def _a_page_for_admins() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's text by itself

    from dashboard import session  # noqa: PLC0415 - the same

    st.write(f"Hello {session.require('admin').username}")


def _opened(secret: str) -> AppTest:
    page = AppTest.from_function(_a_page_for_admins, default_timeout=60)
    page.session_state[SECRET_SLOT] = secret
    return run(page)


def test_a_page_opens_for_its_role(database: ReadModels, sessions: Sessions) -> None:
    """One of several roles is enough."""
    staff_id = add_staff(database, "support", "admin")
    page = _opened(sessions.start(staff_id))
    assert [each.value for each in page.markdown] == [f"Hello {staff_id}"]


def test_a_page_refuses_other_roles_in_a_sentence(database: ReadModels, sessions: Sessions) -> None:
    """Which role is missing, and who gives it."""
    page = _opened(sessions.start(add_staff(database, "support")))
    assert list(page.markdown) == []
    assert "for Administrator" in page.warning[0].value


def test_a_page_stops_without_a_session(database: ReadModels, sessions: Sessions) -> None:
    """Ended, made up or absent: the page shows nothing of its own."""
    secret = sessions.start(add_staff(database, "admin"))
    sessions.end(hashed(secret))
    for each in (secret, "made-up", ""):
        page = _opened(each)
        assert list(page.markdown) == []
        assert "You are signed out" in page.info[0].value


def test_disabled_staff_are_signed_out(database: ReadModels, sessions: Sessions) -> None:
    """A session does not outlive its owner's rights to work."""
    page = _opened(sessions.start(add_staff(database, "admin", enabled=False)))
    assert "You are signed out" in page.info[0].value


def test_a_tab_forgets_what_another_person_left(database: ReadModels, sessions: Sessions) -> None:
    """Drafts and operations of one are not shown to the next at the same tab."""
    page = _opened(sessions.start(add_staff(database, "admin")))
    page.session_state["slot:form"] = "a draft"
    page.session_state[SECRET_SLOT] = sessions.start(add_staff(database, "admin"))
    run(page)
    assert "slot:form" not in page.session_state
