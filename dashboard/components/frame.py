"""The bar at the top of every page: search, status, who is signed in."""

from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import status_chip
from dashboard.session import SignedIn

SIGN_OUT: Final = "Sign out"
MENU: Final = "who"


def show(signed_in: SignedIn) -> None:
    """Show the bar, and below it, while a part is lost, what that means."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="right", key="frame"
    ):
        with st.container(width="stretch"):
            _search(signed_in)
        status_chip.show()
        _who(signed_in)
    health = services.health()
    if health.read_only:
        st.warning(health.sentence, icon=":material/lock:")


def _search(signed_in: SignedIn) -> None:
    try:
        from dashboard.components.search_box import search_box  # noqa: PLC0415 - it comes
    except ImportError:
        return
    search_box(signed_in)


def _who(signed_in: SignedIn) -> None:
    st.menu_button(
        f"{formats.inert(signed_in.display_name)} · {signed_in.role_names}",
        [SIGN_OUT],
        key=MENU,
        type="tertiary",
        icon=":material/person:",
        on_click=session.sign_out,
    )


def show_nothing_to_open(signed_in: SignedIn) -> None:
    """Tell somebody without any role what to do."""
    st.info("No page is open to you yet. An administrator can give you a role.")
    _who(signed_in)
