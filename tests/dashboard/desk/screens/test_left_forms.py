"""An open form belongs to where it was opened: it does not come up over somebody else."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from proto import documents
from proto.documents import StaffDocument
from proto.values import Key
from tests.dashboard.desk.conftest import Store
from tests.dashboard.desk.portfolio import account, customer
from tests.dashboard.desk.screens.reading import until


@pytest.fixture
def mary(store: Store) -> str:
    """Another customer than John, with an account of hers."""
    store(documents.CUSTOMERS, "CUS-2", customer("CUS-2", "Mary", "Jones"))
    store(documents.LOAN_ACCOUNTS, "ACC-2", account("ACC-2", "CUS-2", "1000-0043"))
    return "CUS-2"


def keys(page: AppTest) -> set[str | None]:
    """The buttons on the page, by their keys."""
    return {each.key for each in page.button}


def member(staff_id: str) -> StaffDocument:
    """Build somebody of the staff."""
    return StaffDocument(
        staff_id=Key(staff_id), username=Key(staff_id), display_name=staff_id, roles=["support"]
    )


def test_a_form_that_was_left_with_back_is_closed(
    filled: Callable[[str], AppTest], mary: str
) -> None:
    """Neither over the next customer nor, filled in long ago, over the first."""
    page = until(filled("RecordRepayment"), "send-form")
    for customer_id in (mary, "CUS-12345"):
        page.query_params["id"] = customer_id
        page.run()
        assert not page.exception
        assert "send-form" not in keys(page)


def test_a_change_of_staff_that_was_left_is_closed(
    opened: Callable[..., AppTest], store: Store
) -> None:
    """What was begun about one of them does not come up over the list, or the next."""
    for staff_id in ("staff-nora", "staff-omar"):
        store(documents.STAFF, staff_id, member(staff_id))
    page = opened("staff.py", "admin", id="staff-nora")
    page.button("open-SetRoles").click().run()
    assert "send-SetRoles" in keys(page)
    page.query_params["id"] = "staff-omar"
    page.run()
    assert "open-SetRoles" in keys(page)
    assert "send-SetRoles" not in keys(page)
