"""The staff page over a real database, run without a browser."""

import threading
from collections.abc import Callable
from typing import Any

import grpc
import pytest
import redis
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from dashboard import services
from dashboard.sessions import Sessions, hashed
from proto import documents
from proto import servicing_pb2 as servicing
from proto.documents import StaffDocument, StaffKey
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.recording_ledger import RecordingLedger, says_no
from tests.dashboard.desk.screens.reading import button, everything
from tests.desk_process import add_staff

CHANGES = {"Change roles", "Change limits", "Give a start password…", "Disable…", "Revoke key…"}


def nora(ver: int = 3, *roles: str) -> StaffDocument:
    """Build her as the screens know her."""
    key = StaffKey(
        key_id=Key("abcd1234"), public_key="", enrolled_at=Instant.parse("2026-11-01T00:00:00Z")
    )
    return StaffDocument(
        staff_id=Key("staff-nora"),
        username=Key("nora"),
        display_name="Nora *Petrova*",
        email="nora@example.com",
        roles=list(roles or ("support",)),
        limits={"waiver": Money(75_00)},
        keys=[key],
        ver=ver,
    )


@pytest.fixture(autouse=True)
def _nora(store: Store) -> None:
    store(documents.STAFF, "staff-nora", nora())


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


def test_limits_of_the_roles_are_told_in_money(opened: Callable[..., AppTest]) -> None:
    """Beside that they are the roles', where nobody set other ones for the person."""
    told = everything(opened("staff.py", "admin", id="staff-nora"))
    assert "$75.00" in told
    assert "As the roles have it: $0.00" in told
    assert "As the roles have it: $500.00" in everything(
        opened("staff.py", "admin", id=add_staff(services.database(), "supervisor"))
    )


def test_nobody_is_offered_their_own_rights(opened: Callable[..., AppTest]) -> None:
    """An administrator's own page says who can change it, and has no button for it."""
    own = opened("staff.py", "admin")
    own.query_params["id"] = own.session_state["slot:owner"]
    own.run()
    assert "ask another administrator" in own.info[0].value
    assert not labels(own) & CHANGES


def test_a_panel_is_drawn_where_the_list_never_stood(opened: Callable[..., AppTest]) -> None:
    """What is left of the list would push its buttons about, and a click would miss them."""
    pages = opened("staff.py", "admin"), opened("staff.py", "admin", id="staff-nora")
    listed, shown = (
        {place for place, each in page.main.children.items() if isinstance(each, Block)}
        for page in pages
    )
    assert listed
    assert shown
    assert listed.isdisjoint(shown)


def disabled(_request: object, _context: grpc.ServicerContext) -> Message:
    """The ledger's answer to a disabling."""
    return servicing.StaffResponse(staff_id="staff-nora", staff_version=3)


def test_a_disabling_that_is_not_known_yet_is_checked_with_its_own_key(
    opened: Callable[..., AppTest], books: RecordingLedger, streams: redis.Redis
) -> None:
    """It is said as it is, sent once more under its key, and ends every session when done."""
    sessions = Sessions(streams)
    theirs = hashed(sessions.start("staff-nora"))
    books.script.extend([says_no(grpc.StatusCode.DEADLINE_EXCEEDED), disabled])
    page = opened("staff.py", "admin", id="staff-nora")
    button(page, "Disable…").click().run()
    button(page, "Disable").click().run()
    assert "is not known yet" in everything(page)
    assert sessions.find(theirs) is not None
    button(page, "Check again").click().run()
    first, second = (each.request for each in books.commands())
    assert first == second
    assert (first.staff_id, first.expected_version) == ("staff-nora", 3)
    assert first.idempotency_key
    assert sessions.find(theirs) is None
    assert "signed out everywhere" in page.success[0].value


def test_what_was_changed_stands_there_before_the_next_form_opens(
    opened: Callable[..., AppTest], books: RecordingLedger, store: Store
) -> None:
    """The second of two changes in a row is made on the first one, also while screens are slow."""

    def promoted(*_: Any) -> Message:  # noqa: ANN401 - grpc's own
        later = nora(4, "support", "supervisor")
        threading.Timer(0.4, store, (documents.STAFF, "staff-nora", later)).start()
        return servicing.StaffResponse(staff_id="staff-nora", staff_version=4)

    page = opened("staff.py", "admin", id="staff-nora")
    page.button("open-SetRoles").click().run()
    page.multiselect("roles-staff-nora").set_value(["support", "supervisor"]).run()
    books.script.append(promoted)
    page.button("send-SetRoles").click().run()
    assert "Support, Supervisor" in everything(page)
    page.button("open-SetLimits").click().run()
    page.text_input("limit-waiver-staff-nora-4").set_value("80").run()
    page.button("send-SetLimits").click().run()
    assert [each.request.expected_version for each in books.commands()] == [3, 4]


def test_a_start_password_is_recorded_with_its_reason_before_there_is_one(
    opened: Callable[..., AppTest], books: RecordingLedger
) -> None:
    """The ledger has who gave it to whom and why, and never the password; refused, none is made."""
    page = opened("staff.py", "admin", id="staff-nora")
    button(page, "Give a start password…").click().run()
    no = servicing.RefusalDetail(reason="STALE_VERSION", sentence="She has changed since.")
    books.script.append(says_no(grpc.StatusCode.FAILED_PRECONDITION, no))
    page.button("send-GiveStartPassword").click().run()
    assert "She has changed since" in everything(page)
    assert services.credentials().state("staff-nora") is None
    page.button("send-GiveStartPassword").click().run()
    assert "signs in with this start password" in everything(page)
    assert services.credentials().state("staff-nora") is not None
    _, sent = (each.request for each in books.commands())
    told = (sent.staff_id, sent.expected_version, sent.reason_code)
    assert told == ("staff-nora", 3, "password_forgotten")
