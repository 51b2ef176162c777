"""Search: what the text in the address finds, `/search?q=john%20sm`."""

import streamlit as st

from dashboard import services, session
from dashboard.components.results import results
from dashboard.formats import inert
from dashboard.queries.search import search

signed_in = session.require()
typed = st.query_params.get("q", "")

st.markdown(f"### Search{f': {inert(typed)}' if typed.strip() else ''}")
results(search(services.database(), signed_in.roles, typed))
