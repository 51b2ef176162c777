"""The list of staff: searched as text, filtered, paged by name; for those who may see it."""

import pytest

from dashboard.queries.rights import NotAllowed
from dashboard.queries.staff_list import (
    PAGE,
    Cursor,
    StaffFilter,
    staff_changes,
    staff_member,
    staff_page,
)
from proto import documents
from proto.documents import StaffDocument
from proto.values import Key
from tests.dashboard.desk.conftest import DeskDatabase, Store

ADMIN = frozenset({"admin"})


def add(store: Store, name: str, *roles: str, display_name: str = "", enabled: bool = True) -> None:
    """Store somebody as the projector would."""
    member = StaffDocument(
        staff_id=Key(f"staff-{name}"),
        username=Key(name),
        display_name=display_name or name.capitalize(),
        email=f"{name}@example.com",
        roles=list(roles),
        enabled=enabled,
    )
    store(documents.STAFF, f"staff-{name}", member)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (StaffFilter(), ["nora", "olga"]),
        (StaffFilter(text="petro"), ["nora"]),
        (StaffFilter(text="OLGA@ex"), ["olga"]),
        (StaffFilter(text=".*"), []),
        (StaffFilter(role="support"), ["nora", "olga"]),
        (StaffFilter(role="admin"), ["olga"]),
        (StaffFilter(state="enabled"), ["nora"]),
        (StaffFilter(state="disabled", text="o"), ["olga"]),
    ],
)
def test_staff_are_found_by_what_is_typed_and_chosen(
    database: DeskDatabase, store: Store, chosen: StaffFilter, found: list[str]
) -> None:
    """Name, username, id or e-mail in any case, as text and not as a pattern."""
    add(store, "nora", "support", display_name="Nora Petrova")
    add(store, "olga", "support", "admin", enabled=False)
    page = staff_page(database, ADMIN, chosen)
    assert ([each.username for each in page.rows], page.count) == (found, len(found))


def test_every_page_of_staff_is_reached_once(database: DeskDatabase, store: Store) -> None:
    """Namesakes too: the id settles their order."""
    names = [f"p{number:03}" for number in range(PAGE * 2 + 1)]
    for each in names:
        add(store, each, "support", display_name="Sarah Nguyen")
    seen: list[str] = []
    after: Cursor | None = None
    for _ in range(3):
        page = staff_page(database, ADMIN, StaffFilter(), after)
        seen += [each.username for each in page.rows]
        after = page.following
    assert (seen, after) == (names, None)


@pytest.mark.parametrize("role", ["support", "supervisor", "analyst"])
def test_others_are_told_nothing_of_staff(database: DeskDatabase, role: str) -> None:
    """Who is staff in which roles is for administrators and auditors."""
    roles = frozenset({role})
    with pytest.raises(NotAllowed):
        staff_page(database, roles, StaffFilter())
    with pytest.raises(NotAllowed):
        staff_member(database, roles, "staff-nora")
    with pytest.raises(NotAllowed):
        staff_changes(database, roles, "staff-nora")
