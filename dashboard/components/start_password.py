"""A start password: given to somebody, and shown once to who gave it."""

from typing import Final

import streamlit as st
import structlog
from msgspec import Struct

from dashboard import services, session
from dashboard.credentials import START_FOR, CannotSet
from dashboard.formats import code, inert
from dashboard.session import SignedIn

_GIVEN: Final = "start-password"
ONCE: Final = (
    f"Hand it over in person or by phone. It is shown this once, is good for"
    f" {START_FOR.days} days, and lets them choose a password of their own."
)
log = structlog.get_logger("desk")


class Given(Struct, frozen=True):
    """What to hand over; with a `trouble` there is no password."""

    staff_id: str
    username: str
    password: str = ""
    trouble: str = ""


def give(signed_in: SignedIn, staff_id: str, username: str) -> None:
    """Give somebody a start password; whatever they were signed in with ends."""
    try:
        password = services.credentials().give_start_password(
            staff_id, username, signed_in.staff_id
        )
    except CannotSet as no:
        session.put(_GIVEN, Given(staff_id, username, trouble=str(no)))
        return
    services.sessions().end_all_of(staff_id)
    log.info("start password given", staff_id=staff_id, by=signed_in.staff_id)
    session.put(_GIVEN, Given(staff_id, username, password))


def given() -> Given | None:
    """Tell what was given and not yet put away."""
    nothing: Given | None = None
    return session.slot(_GIVEN, lambda: nothing)


def put_away() -> None:
    """Forget the password: from now on only its owner has it."""
    session.forget(_GIVEN)


def show(told: Given) -> None:
    """Show it, to be handed over."""
    if told.trouble:
        st.error(inert(told.trouble), icon=":material/error:")
        return
    st.markdown(f"**{inert(told.username)}** signs in with this start password:")
    st.markdown(f"#### {code(told.password)}", anchors=False)
    st.markdown(ONCE)
