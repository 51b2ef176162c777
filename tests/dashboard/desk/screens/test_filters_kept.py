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
    "audit.py": {"part": "Random sample"},
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


def filtered() -> None:
    """Be whichever page the test says, with a field of its own kind each."""
    import streamlit as st  # noqa: PLC0415 - the script of a page of its own

    from dashboard.components import address  # noqa: PLC0415 - as above
    from dashboard.components.address_fields import one_of, text_of  # noqa: PLC0415 - as above

    address.arrive(st.session_state["page"])
    one_of("Sort", "sort", {"": "Any", "old": "Oldest", "new": "Newest"})
    text_of("From", "least")


def test_a_page_comes_back_as_it_was_left() -> None:
    """To who comes by its bare address; one that asks for something means just that."""
    page = AppTest.from_function(filtered, default_timeout=60)

    def arrive(name: str, **asked: str) -> tuple[str, str]:
        page.session_state["page"] = name
        page.query_params.clear()
        for key, value in asked.items():
            page.query_params[key] = value
        page.run()
        return page.selectbox[0].value or "", page.text_input[0].value or ""

    assert arrive("approvals") == ("", "")
    page.selectbox[0].set_value("new").run()
    page.text_input[0].set_value("5").run()
    assert arrive("audit") == ("", "")
    assert arrive("approvals") == ("new", "5")
    assert dict(page.query_params) == {"sort": "new", "least": "5"}
    assert arrive("audit") == ("", "")
    assert arrive("approvals", sort="old") == ("old", "")


def test_no_other_field_binds_itself_to_the_address() -> None:
    """Streamlit would write the words that are shown, and refuse a link that asks for the name."""
    bound = set()
    for path in sorted(Path(services.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and any(each.arg == "bind" for each in call.keywords):
                bound.add((path.name, getattr(call.func, "attr", "")))
    # Tabs are named by their words; a text that is looked for while it is typed is the browser's.
    assert {each for each in bound if each[1] != "tabs"} == {("address_fields.py", "text_input")}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "2026-01-31", "to": "2026-01-01"}, "after the last: these are of 1 Jan 2026."),
        ({"from": "2026-01-01", "to": "2999-01-01"}, "to come have no figures: these are of 1 Jan"),
        ({"from": "2026-01-01", "to": "never"}, ""),
    ],
)
def test_the_overview_says_which_days_it_can_show(
    opened: Callable[..., AppTest], asked: dict[str, str], said: str
) -> None:
    """Days the wrong way round or to come are not taken for others in silence."""
    page = opened("overview.py", "analyst", period="dates", **asked)
    errors = [each.value.replace("\\", "") for each in page.markdown if "/error:" in each.value]
    assert [said in each for each in errors] == [True] * bool(said)


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
