"""What an address asks for is kept: by links to other pages, and whatever people are called."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import formats, services
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


FILTERS: Final[dict[str, tuple[str, dict[str, str | list[str]]]]] = {
    "approvals.py": (
        "supervisor",
        {"status": ["returned", "rejected"], "kind": ["waiver", "refund"], "sort": "largest"},
    ),
    "audit.py": (
        "compliance",
        {
            "type": ["write_offs", "fees"],
            "period": "90-days",
            "sort": "amount",
            "reviewed": "none",
            "reason": "hardship",
            "size": "50",
        },
    ),
    "overview.py": ("analyst", {"period": "month", "step": "week"}),
    "dead_letters.py": ("admin", {"status": "resolved"}),
    "staff.py": ("admin", {"role": "analyst", "access": "disabled"}),
    "customer.py": ("support", {"group": ["waivers", "loan"]}),
}
"""Each page with filters of words: who opens it, and an address of it."""

OF_THE_PAGE: Final = {
    "audit.py": {"view": "Random sample"},
    "customer.py": {"id": "CUS-12345"},
    "overview.py": {"rows": "collected"},
}


def fields(page: AppTest) -> dict[str, Any]:
    """Give the fields whose codes the address holds."""
    every = [*page.selectbox, *page.multiselect, *page.button_group]
    named = {str(each.key): each for each in every}
    return {key.removesuffix("-chosen"): named[key] for key in named if key.endswith("-chosen")}


@pytest.mark.parametrize("file", FILTERS)
def test_an_address_holds_the_codes_of_its_filters(
    opened: Callable[..., AppTest], file: str
) -> None:
    """Chosen in the fields they are written there; pasted, the fields stand so again."""
    role, asked = FILTERS[file]
    page = opened(file, role, **OF_THE_PAGE.get(file, {}))
    assert asked.keys() <= fields(page).keys()
    for key, value in asked.items():
        fields(page)[key].set_value(value)
    page.run()
    assert {key: page.query_params[key] for key in asked} == asked
    again = opened(file, role, **OF_THE_PAGE.get(file, {}), **asked)
    assert {key: fields(again)[key].value for key in asked} == asked


def test_no_status_at_all_is_not_the_usual_one(opened: Callable[..., AppTest]) -> None:
    """Where pending is usual, all of them is said in the address; what is garbled is usual."""
    page = opened("approvals.py", "supervisor", status="lost")
    assert fields(page)["status"].value == ["pending"]
    fields(page)["status"].set_value([]).run()
    assert page.query_params["status"] == "all"
    again = opened("approvals.py", "supervisor", status="all")
    assert fields(again)["status"].value == []
    fields(again)["status"].set_value(["pending"]).run()
    assert "status" not in again.query_params


def test_no_list_of_words_writes_itself_into_the_address() -> None:
    """Streamlit would write what is shown, which is no code; tabs alone are named so."""
    lists = {"selectbox", "multiselect", "pills", "segmented_control", "radio"}
    for path in sorted(Path(services.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                bound = any(each.arg == "bind" for each in call.keywords)
                assert not (bound and call.func.attr in lists), (path.name, call.lineno)


def test_the_audit_behind_a_figure_is_of_its_period(opened: Callable[..., AppTest]) -> None:
    """Also where the period is two dates; the events are those of the line that was opened."""
    of = {"rows": "staff-staff-x"}
    page = opened("overview.py", "compliance", period="month", **of)
    words = "Open each event in the audit"
    assert links(page)[words] == "by=staff-x&period=month"
    days = {"period": "dates", "from": "2026-11-01", "to": "2026-11-07"}
    page = opened("overview.py", "compliance", **days, **of)
    asked = "by=staff-x&period=dates&from=2026-11-01&to=2026-11-07"
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
