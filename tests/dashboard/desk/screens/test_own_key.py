"""An enrolment that nobody knows the outcome of, and a desk that is for reading."""

from datetime import UTC, datetime, timedelta

import redis
from streamlit.testing.v1 import AppTest

from dashboard import services
from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from proto import documents
from tests.dashboard.desk.conftest import DeskDatabase
from tests.dashboard.desk.screens.reading import button, everything
from tests.dashboard.own_process import run
from tests.desk_process import add_staff


def _own_key() -> None:
    from dashboard import session  # noqa: PLC0415 - AppTest runs this function's text by itself
    from dashboard.components import own_key  # noqa: PLC0415 - the same

    own_key.own_key(session.require())


def test_a_key_is_not_enrolled_by_a_check_while_the_desk_is_for_reading(
    database: DeskDatabase, streams: redis.Redis
) -> None:
    """A check may be what enrols it: it says why it cannot be, and the key waits."""
    staff_id = add_staff(database, "supervisor")
    services.signing_keys().make(staff_id, "copper lantern quiet meadow")
    page = AppTest.from_function(_own_key, default_timeout=60)
    page.session_state[SECRET_SLOT] = Sessions(streams).start(staff_id)
    run(page)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    database[documents.HEARTBEATS.name].update_one({}, {"$set": {"at": long_ago}})
    services.health_watch.clear()
    button(page, "Check again").click()
    run(page)
    assert "The projector does not answer" in everything(page)
    assert services.signing_keys().unfinished(staff_id) is not None
