"""The status chip: how fresh the screens are, and whether changes can be made."""

from typing import Final, Literal

import streamlit as st

from dashboard import services, session
from dashboard.queries.health import Health

EVERY_SECONDS: Final = 10
OBSTACLE_SHOWN: Final = "obstacle-shown"
"""Why the page in hand was drawn for reading only; it follows when that changes."""


Look = tuple[str, Literal["green", "orange", "red"]]


def _look(health: Health) -> Look:
    if health.read_only:
        return ":material/error:", "red"
    if health.behind:
        return ":material/schedule:", "orange"
    return ":material/check_circle:", "green"


@st.fragment(run_every=EVERY_SECONDS)
def show() -> None:
    """Show the chip, looked at anew every ten seconds.

    It is also what takes an open, idle tab to the sign-in once its session has ended.
    """
    try:
        signed_in = session.current()
    except session.CannotTell as trouble:
        st.badge("Sign-ins lost", icon=":material/error:", color="red", help=str(trouble))
        return
    if signed_in is None:
        st.rerun(scope="app")
    health = services.health((signed_in.staff_id, signed_in.session_id))
    if health.obstacle != session.slot(OBSTACLE_SHOWN, lambda: health.obstacle):
        st.rerun(scope="app")
    icon, color = _look(health)
    st.badge(health.label, icon=icon, color=color, help=health.sentence)
