"""Staff: who may sign in, in which roles and limits, `/staff?id=staff-support`."""

import streamlit as st

from dashboard import services, session
from dashboard.commands.create_staff import CreateStaff
from dashboard.components import pulse, staff_changes
from dashboard.components.staff_forms import show_open_form
from dashboard.components.staff_panel import staff_panel
from dashboard.components.staff_table import ADDRESS, staff_table
from dashboard.formats import inert
from dashboard.live import topic
from dashboard.queries.rights import STAFF_READING_ROLES, changes_staff
from dashboard.queries.staff_list import staff_member
from dashboard.session import SignedIn
from proto import documents


def leave() -> None:
    """Go back to the list."""
    st.query_params.pop(ADDRESS, None)


def show_member(signed_in: SignedIn, asked: str) -> None:
    """Show one of them, and the way back."""
    st.button("All staff", icon=":material/arrow_back:", type="tertiary", on_click=leave)
    member = staff_member(services.database(), signed_in.roles, asked)
    if member is None:
        st.markdown(f"Nobody is known under **{inert(asked)}**.")
    else:
        staff_panel(signed_in, member)


def show_list(signed_in: SignedIn) -> None:
    """Show who is staff, and the way to somebody new."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("### Staff", width="stretch")
        if changes_staff(signed_in.roles):
            st.button(
                "New staff member",
                type="primary",
                icon=":material/person_add:",
                on_click=staff_changes.open_form,
                args=(CreateStaff.name,),
            )
    staff_changes.troubles(signed_in)
    staff_table(signed_in)


signed_in, since = session.require(*STAFF_READING_ROLES), pulse.mark()
pulse.follow(since, topic(documents.STAFF))
asked = st.query_params.get(ADDRESS, "")
if asked:
    st.empty()  # in the list's place: its rests would push the panel about while it is drawn
    with st.container():
        show_member(signed_in, asked)
else:
    with st.container():
        show_list(signed_in)
if changes_staff(signed_in.roles):
    show_open_form(signed_in)
