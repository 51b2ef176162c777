"""Approvals: requests that wait for somebody's decision, `/approvals?status=pending`."""

import streamlit as st

from dashboard import session
from dashboard.components import acting, pulse
from dashboard.components.requests_list import requests_list
from dashboard.live import topic
from dashboard.queries.rights import REQUEST_ROLES, corrects_payments, decides_requests
from proto import documents

signed_in, since = session.require(*REQUEST_ROLES), pulse.mark()
pulse.follow(since, topic(documents.APPROVALS))
if decides_requests(signed_in.roles):
    title = "Approvals"
else:  # who corrects payments sees the corrections that colleagues asked for too
    title = "Requests" if corrects_payments(signed_in.roles) else "My requests"
st.markdown(f"### {title}")
requests_list(acting.reader(signed_in))
