"""What the own page tells of limits: only where the ledger keeps to that one."""

import redis
from streamlit.testing.v1 import AppTest

from dashboard.session import SECRET_SLOT
from dashboard.sessions import Sessions
from tests.dashboard.desk.conftest import DeskDatabase
from tests.dashboard.desk.screens.reading import everything
from tests.dashboard.own_process import run
from tests.desk_process import add_staff


def _own_rights() -> None:
    from dashboard import session  # noqa: PLC0415 - AppTest runs this function's text by itself
    from dashboard.components.own_rights_table import own_rights_table  # noqa: PLC0415 - the same
    from dashboard.own_rights import OwnRights  # noqa: PLC0415 - the same
    from proto.values import Money  # noqa: PLC0415 - the same

    may = frozenset({"decide_request", "waive_fee"})
    limits = {"waiver": Money(500_00), "write_off": Money(10_000_00)}
    own_rights_table(OwnRights(may=may, limits=limits), session.require().roles)


def test_decisions_have_no_one_limit_as_each_kind_has_its_own(
    database: DeskDatabase, streams: redis.Redis
) -> None:
    """Who decides write-offs up to $10,000.00 decides waivers up to less: none stands there."""
    page = AppTest.from_function(_own_rights, default_timeout=60)
    page.session_state[SECRET_SLOT] = Sessions(streams).start(add_staff(database, "supervisor"))
    told = everything(run(page))
    assert "Decide the requests of others" in told
    assert "$500.00" in told
    assert "$10,000.00" not in told
