"""The sign-in: a form, a one-time ticket, and the cookie that the server sets for it."""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.components import same_origin_post
from dashboard.components.quiet import quiet
from dashboard.credentials import CannotSet, MustChoose, NotSignedIn

USERNAME: Final = "sign-in-username"
PASSWORD: Final = "sign-in-password"  # noqa: S105 - the key of an input, not a password
WIDTH_PIXELS: Final = 400
TICKET: Final = "ticket"
REFUSAL: Final = "sign-in-refusal"
CHOOSING: Final = "sign-in-choosing"
"""Whose start password was right in this tab; what it was is not kept."""
FIRST: Final = "own-password"
SECOND: Final = "own-password-again"
ANOTHER: Final = "The two passwords are not the same. Type both again."
OUT: Final = "You are signed out. What you had not sent yet was not sent."


def show() -> None:
    """Show the sign-in, in place of whichever page the address names."""
    st.space("large")
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH_PIXELS):
        st.title("Billie Servicing", anchor=False)
        if _posts_to_server():
            return
        start = _choosing()
        if start is not None:
            _choose_form(start)
        else:
            _form()


def _posts_to_server() -> bool:
    """Let the browser fetch the new cookie, or give the old one back; it reloads then."""
    ticket = session.slot(TICKET, str)
    if ticket:
        session.forget(TICKET)
        quiet("Signing in …")
        same_origin_post.send("/auth/login", ticket=ticket)
    leaves = session.slot(session.SIGNING_OUT, bool)
    if leaves:
        session.forget(session.SIGNING_OUT)
        quiet("Signing out …")
        same_origin_post.send("/auth/logout", then="/")
    return bool(ticket) or leaves


def _form() -> None:
    if session.was_signed_in():
        st.info(OUT, icon=":material/lock:")
    with st.form("sign-in", enter_to_submit=True):
        st.text_input("Username", key=USERNAME, autocomplete="username")
        st.text_input("Password", key=PASSWORD, type="password", autocomplete="current-password")
        st.form_submit_button("Sign in", type="primary", width="stretch", on_click=_try)
    refusal = session.slot(REFUSAL, str)
    if refusal:
        st.error(refusal, icon=":material/lock:")


def _try() -> None:
    """Check what was entered; the password does not stay in the tab's memory."""
    username, password = session.entered(USERNAME), session.entered(PASSWORD)
    session.clear_entered(PASSWORD)
    session.forget(REFUSAL)
    if not username.strip() or not password.strip():
        session.put(REFUSAL, "Enter your username and your password.")
        return
    try:
        staff_id = services.credentials().check(username, password)
    except MustChoose as start:
        session.put(CHOOSING, start)
        return
    except NotSignedIn as refusal:
        session.put(REFUSAL, str(refusal))
        return
    session.put(TICKET, services.sessions().issue_ticket(staff_id))


def _choosing() -> MustChoose | None:
    nobody: MustChoose | None = None
    return session.slot(CHOOSING, lambda: nobody)


def _choose_form(start: MustChoose) -> None:
    """Ask for a password of one's own in place of the start password."""
    st.markdown("##### Choose your password")
    quiet("An administrator knows the start password; nobody will know this one.")
    with st.form("choose-password", enter_to_submit=True):
        st.text_input("New password", key=FIRST, type="password", autocomplete="new-password")
        st.text_input("The same again", key=SECOND, type="password", autocomplete="new-password")
        st.form_submit_button(
            "Save and sign in", type="primary", width="stretch", on_click=_choose, args=(start,)
        )
    refusal = session.slot(REFUSAL, str)
    if refusal:
        st.error(refusal, icon=":material/lock:")
    st.button("Back", type="tertiary", on_click=session.forget, args=(CHOOSING,))


def _choose(start: MustChoose) -> None:
    """Set what was chosen and sign in; neither text stays in the tab's memory."""
    first, second = session.entered(FIRST), session.entered(SECOND)
    session.clear_entered(FIRST)
    session.clear_entered(SECOND)
    session.forget(REFUSAL)
    if first != second:
        session.put(REFUSAL, ANOTHER)
        return
    try:
        services.credentials().choose(start, first, services.settings().app_mode)
    except CannotSet as refusal:
        session.put(REFUSAL, str(refusal))
        return
    session.forget(CHOOSING)
    services.sessions().end_all_of(start.staff_id)
    session.put(TICKET, services.sessions().issue_ticket(start.staff_id))
