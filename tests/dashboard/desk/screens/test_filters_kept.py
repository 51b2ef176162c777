"""What an address asks for is kept: by links to other pages, and whatever people are called."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import formats
from proto import documents
from proto.documents import HeartbeatDocument, StaffDocument
from proto.values import Instant, Key
from tests.dashboard.desk.conftest import DeskDatabase, Store


def links(page: AppTest) -> dict[str, str]:
    """Give what each link to a page asks for, by its words."""
    found = (each.proto for each in page._tree if each.type == "page_link")
    return {each.label: each.query_string for each in found}


def told(page: AppTest) -> str:
    """Give what is written on the page."""
    return "\n".join(each.value for each in page.markdown)


def test_the_audit_behind_a_figure_is_of_its_period(opened: Callable[..., AppTest]) -> None:
    """Also where the period is two dates; the events are those of the line that was opened."""
    of = {"rows": "staff-staff-x"}
    page = opened("overview.py", "compliance", period="This month", **of)
    words = "Open each event in the audit"
    assert links(page)[words] == "by=staff-x&period=This+month"
    days = {"period": "Chosen dates", "from": "2026-11-01", "to": "2026-11-07"}
    page = opened("overview.py", "compliance", **days, **of)
    asked = "by=staff-x&period=Chosen+dates&from=2026-11-01&to=2026-11-07"
    assert links(page)[words] == asked


def test_a_saved_filter_means_the_same_person_for_good(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """The address holds the id, the field the name, also when another bears it too."""
    for who in ("staff-1", "staff-2"):
        named = StaffDocument(
            staff_id=Key(who), username=Key(who), display_name="Bo Li", roles=["supervisor"]
        )
        store(documents.STAFF, who, named)
        page = opened("audit.py", "compliance")
        page.selectbox("by-chosen").set_value("staff-1").run()
        assert page.query_params["by"] == "staff-1"
        again = opened("audit.py", "compliance", by="staff-1", approver="staff-gone")
        assert again.selectbox("by-chosen").value == "staff-1"
        assert again.selectbox("approver-chosen").value == "staff-gone"
    again.selectbox("by-chosen").set_value("").run()
    assert "by" not in again.query_params
    asked = opened("approvals.py", "supervisor")
    asked.selectbox("by-chosen").set_value("staff-2").run()
    assert asked.query_params["by"] == "staff-2"


@pytest.mark.parametrize("minutes", [0, 7])
def test_the_overview_says_as_of_when_it_is(
    opened: Callable[..., AppTest], database: DeskDatabase, store: Store, minutes: int
) -> None:
    """Now, while the projector lives; else its last moment, and how long ago that is."""
    database[documents.HEARTBEATS.name].drop()
    then = Instant.of(datetime.now(UTC) - timedelta(minutes=minutes))
    beat = HeartbeatDocument(
        at=then, started_at=then, process_id=1, redis_connected=True, mongo_connected=True
    )
    store(documents.HEARTBEATS, "projector", beat)
    said = told(opened("overview.py", "analyst"))
    if minutes:
        assert f"[As of {formats.day_and_clock(then)}, {minutes} min ago]]" in said
    else:
        assert "[As of " in said
        assert " ago]]" not in said
