"""The staff page over a real database, run without a browser."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from proto import documents
from proto.documents import StaffDocument, StaffKey
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.screens.reading import everything

CHANGES = {"Change roles", "Change limits", "Give a start password…", "Disable…", "Revoke key…"}


@pytest.fixture(autouse=True)
def _nora(store: Store) -> None:
    key = StaffKey(
        key_id=Key("abcd1234"), public_key="", enrolled_at=Instant.parse("2026-11-01T00:00:00Z")
    )
    member = StaffDocument(
        staff_id=Key("staff-nora"),
        username=Key("nora"),
        display_name="Nora *Petrova*",
        email="nora@example.com",
        roles=["support"],
        limits={"waiver": Money(75_00)},
        keys=[key],
        ver=3,
    )
    store(documents.STAFF, "staff-nora", member)


def labels(page: AppTest) -> set[str]:
    """The buttons on the page."""
    return {each.label for each in page.button}


@pytest.mark.parametrize("role", ["support", "supervisor", "analyst"])
def test_only_admins_and_auditors_see_who_is_staff(
    opened: Callable[..., AppTest], role: str
) -> None:
    """Others are told which role it takes, and sent nothing."""
    page = opened("staff.py", role)
    assert "This page is for" in page.warning[0].value
    assert "nora" not in everything(page)


@pytest.mark.parametrize(("role", "may"), [("admin", True), ("compliance", False)])
def test_an_auditor_sees_what_an_admin_changes(
    opened: Callable[..., AppTest], role: str, *, may: bool
) -> None:
    """Both see the list and the person; the buttons are the administrator's."""
    assert ("New staff member" in labels(opened("staff.py", role))) is may
    page = opened("staff.py", role, id="staff-nora")
    assert any(r"Nora \*Petrova\*" in each.value for each in page.markdown)
    for word in ("$75.00", "abcd1234", "example"):
        assert word in everything(page)
    assert (labels(page) >= CHANGES) is may
    assert bool(labels(page) & CHANGES) is may


def test_nobody_is_offered_their_own_rights(opened: Callable[..., AppTest]) -> None:
    """An administrator's own page says who can change it, and has no button for it."""
    own = opened("staff.py", "admin")
    own.query_params["id"] = own.session_state["slot:owner"]
    own.run()
    assert "ask another administrator" in own.info[0].value
    assert not labels(own) & CHANGES
