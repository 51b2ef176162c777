"""A small change that failed before a reload: shown where it was sent, and entered anew there."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.commands.add_note import AddNote
from dashboard.commands.change import Change
from dashboard.commands.create_staff import CreateStaff
from dashboard.commands.registry import parameters_of
from dashboard.commands.set_limits import SetLimits
from dashboard.commands.set_roles import SetRoles
from proto import documents
from proto.documents import OperationDocument, StaffDocument
from proto.values import Instant, Key, Money
from tests.dashboard.desk.conftest import DeskDatabase, Store
from tests.dashboard.desk.recording_ledger import RecordingLedger
from tests.dashboard.desk.screens.reading import button, everything
from tests.dashboard.desk.screens.test_notices import NOW

KEY = "key-failed"
Reopened = Callable[..., AppTest]


@pytest.fixture
def reopened(opened: Callable[..., AppTest], store: Store) -> Reopened:
    """A way to open a page at which a change of one's own had failed before."""
    nora = StaffDocument(
        staff_id=Key("staff-nora"), username=Key("nora"), display_name="Nora", roles=["support"]
    )
    store(documents.STAFF, "staff-nora", nora)

    def open_again(change: Change, file: str, role: str, **asked: str) -> AppTest:
        page = opened(file, role, **asked)
        document = OperationDocument(
            staff_id=Key(page.session_state["slot:owner"]),
            command=change.name,
            loan_account_id=Key(""),
            parameters=parameters_of(change),
            state="refused",
            reason="A_RULE",
            sentence="The rule says no.",
            created_at=Instant.of(NOW),
            updated_at=Instant.of(NOW),
        )
        store(documents.OPERATIONS, KEY, document)
        del page.session_state["slot:operations"]
        page.run()
        assert "failed: The rule says no" in everything(page)
        return button(page, "Retry").click().run()

    return open_again


def state_of(database: DeskDatabase, key: str = KEY) -> str:
    """Tell how an operation stands in the store."""
    return str((database[documents.OPERATIONS.name].find_one({"_id": key}) or {}).get("state"))


def test_roles_are_chosen_anew_from_what_was_chosen(
    reopened: Reopened, books: RecordingLedger, database: DeskDatabase
) -> None:
    """The form opens with them; what failed is over when they are sent, and not before."""
    roles = ("analyst", "compliance")
    change = SetRoles(staff_id="staff-nora", seen_version=0, roles=roles, reason_code="cover_ended")
    page = reopened(change, "staff.py", "admin", id="staff-nora")
    assert tuple(page.multiselect[0].value) == roles
    assert state_of(database) == "refused"
    page.button("send-SetRoles").click().run()
    (sent,) = books.commands()
    assert tuple(sent.request.roles) == roles
    assert sent.request.reason_code == "cover_ended"
    assert sent.request.idempotency_key != KEY
    assert state_of(database) == "dismissed"


def test_limits_and_somebody_new_are_entered_anew(reopened: Reopened) -> None:
    """Every field holds what it had held."""
    limits = SetLimits(staff_id="staff-nora", seen_version=0, limits={"waiver": Money(75_00)})
    page = reopened(limits, "staff.py", "admin", id="staff-nora")
    assert "75.00" in {each.value for each in page.text_input}
    new = CreateStaff(
        staff_id="staff-li", username="li", display_name="Li Wei", email="li@x.io", roles=("admin",)
    )
    page = reopened(new, "staff.py", "admin")
    assert {"Li Wei", "li", "li@x.io", "staff-li"} <= {each.value for each in page.text_input}
    assert page.multiselect[0].value == ["admin"]


def test_a_note_stands_in_its_field_again(
    reopened: Reopened, books: RecordingLedger, database: DeskDatabase
) -> None:
    """It can be mended and sent; what failed is over then."""
    note = AddNote(customer_id="CUS-12345", loan_account_id="ACC-1", text="Pays on Friday")
    page = reopened(note, "customer.py", "support", id="CUS-12345", view="Notes")
    (field,) = page.text_area
    assert field.value == "Pays on Friday"
    field.set_value("Pays on Monday").run()
    button(page, "Add note").click().run()
    assert [each.request.text for each in books.commands()] == ["Pays on Monday"]
    assert state_of(database) == "dismissed"
