"""Search: what the text in the address finds, `/search?q=john%20sm`."""

import streamlit as st

from dashboard import services, session
from dashboard.components.opening import link_to
from dashboard.components.results import recents, results
from dashboard.formats import inert
from dashboard.queries.rights import LETTER_ROLES
from dashboard.queries.search import search
from dashboard.recent_customers import recent_customers

REFRESH_SECONDS = 10


@st.fragment(run_every=REFRESH_SECONDS)
def show() -> None:
    """Show what is found as things stand now; runs again by itself."""
    signed_in, typed = session.require(), st.query_params.get("q", "")
    st.markdown(f"### Search{f': {inert(typed)}' if typed.strip() else ''}")
    found = search(services.database(), signed_in.roles, typed)
    results(found)
    if found.is_empty and not found.is_too_short and signed_in.has(*LETTER_ROLES):
        link_to("dead_letters.py", "Look for it in the dead letters", reference=found.text)
    if not typed.strip():
        recents(recent_customers(services.database(), signed_in.roles, signed_in.staff_id))


session.require()
show()
