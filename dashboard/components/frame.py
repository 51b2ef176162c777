"""The bar at the top of every page: search, status, who is signed in."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import notification_centre, status_chip
from dashboard.components.search_box import search_box
from dashboard.session import SignedIn

SIGN_OUT: Final = "Sign out"
MENU: Final = "who"
_STYLE: Final = Path(__file__).with_suffix(".css")


def show(signed_in: SignedIn) -> None:
    """Show the bar, and below it, while a part is lost, what that means."""
    health = services.health((signed_in.staff_id, signed_in.session_id))
    session.put(status_chip.OBSTACLE_SHOWN, health.obstacle)
    st.html(_STYLE)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="right", key="frame"
    ):
        with st.container(width="stretch"):
            search_box(signed_in)
        with st.container(width="content"):
            status_chip.show()
        notification_centre.show(signed_in)
        _who(signed_in)
    if health.read_only:
        st.warning(health.sentence, icon=":material/lock:")


def _who(signed_in: SignedIn) -> None:
    st.menu_button(
        f"{formats.inert(signed_in.display_name)} · {signed_in.role_names}",
        [SIGN_OUT],
        key=MENU,
        icon=":material/person:",
        on_click=session.sign_out,
    )


def show_nothing_to_open(signed_in: SignedIn) -> None:
    """Tell somebody without any role what to do."""
    st.info("No page is open to you yet. An administrator can give you a role.")
    _who(signed_in)
