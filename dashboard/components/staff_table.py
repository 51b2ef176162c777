"""The list of staff: filters that stand in the address, names that open."""

from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components.address_fields import one_of, typed_of
from dashboard.components.pager import Pager
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge
from dashboard.queries.staff_list import (
    Cursor,
    StaffFilter,
    StaffMember,
    staff_page,
)
from dashboard.session import ROLE_NAMES, SignedIn

STATES: Final = {"": "Everybody", "enabled": "Enabled", "disabled": "Disabled"}
ENABLED: Final = Badge("Enabled", "green")
DISABLED: Final = Badge("Disabled", "gray")
ADDRESS: Final = "id"
COLUMNS: Final = (
    Column("Name"),
    Column("Signs in as"),
    Column("Staff id"),
    Column("Roles"),
    Column("Own limits"),
    Column("Signing key"),
    Column("Access"),
)
_PAGES: Final = "staff-pages"
_TABLE: Final = "staff-table"


def staff_table(signed_in: SignedIn) -> None:
    """Show the filters and the page of staff that they leave."""
    chosen = _filters()
    pages = Pager[Cursor](_PAGES, chosen)
    page = staff_page(services.database(), signed_in.roles, chosen, pages.after)
    if not page.rows:
        st.markdown("Nobody matches. Clear the search or a filter to see more.")
        return
    rows = [_row(each, signed_in) for each in page.rows]
    records_table("Staff", COLUMNS, rows, key=_TABLE, on_opened=_open)
    pages.turn(page.following, page.count, "staff member")


def access_badge(member: StaffMember) -> Badge:
    """Say whether somebody may work."""
    return ENABLED if member.enabled else DISABLED


def _filters() -> StaffFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = typed_of(
            "Search staff", "find", width=300, placeholder="Name, username, staff id or e-mail"
        )
        role = one_of("Role", "role", {"": "Any", **ROLE_NAMES}, width=160)
        state = one_of("Access", "access", STATES, width=140)
    return StaffFilter(text=text, role=role, state=state)


def _row(member: StaffMember, signed_in: SignedIn) -> Row:
    own = " (you)" if member.staff_id == signed_in.staff_id else ""
    key = member.active_key
    return Row(
        (
            Cell(text=f"{member.display_name}{own}", opens=member.staff_id),
            Cell(text=member.username, tip=member.email or ""),
            Cell(text=member.staff_id, code=True),
            Cell(text=", ".join(ROLE_NAMES.get(each, each) for each in member.roles)),
            Cell(text=formats.plural(len(member.limits), "limit") if member.limits else ""),
            Cell(text="Has one" if key else "", tip=key.key_id if key else ""),
            Cell(badges=(access_badge(member),)),
        )
    )


def _open() -> None:
    opened = session.sent(_TABLE, "opened")
    if opened:
        st.query_params[ADDRESS] = opened
