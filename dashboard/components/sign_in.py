"""The sign-in: a form, a one-time ticket, and the cookie that the server sets for it."""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.components import same_origin_post
from dashboard.components.quiet import quiet
from dashboard.credentials import NotSignedIn

USERNAME: Final = "sign-in-username"
PASSWORD: Final = "sign-in-password"  # noqa: S105 - the key of an input, not a password
WIDTH_PIXELS: Final = 400
TICKET: Final = "ticket"
REFUSAL: Final = "sign-in-refusal"


def show() -> None:
    """Show the sign-in, in place of whichever page the address names."""
    st.space("large")
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH_PIXELS):
        st.title("Billie Servicing", anchor=False)
        if not _posts_to_server():
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
    except NotSignedIn as refusal:
        session.put(REFUSAL, str(refusal))
        return
    session.put(TICKET, services.sessions().issue_ticket(staff_id))
