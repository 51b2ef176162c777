"""One approval request, as it is decided: `/request?id=REQ-0123`."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import services, session
from dashboard.components import acting, pulse, request_card
from dashboard.components.opening import link_back
from dashboard.components.operation_state import decision_state
from dashboard.components.request_decision import request_decision
from dashboard.components.request_effect import request_effect
from dashboard.components.request_evidence import request_evidence
from dashboard.components.request_history import requester_words
from dashboard.formats import inert
from dashboard.live import topic
from dashboard.queries.approvals import request
from dashboard.queries.rights import REQUEST_ROLES
from proto import documents

REFRESH_SECONDS = 10.0
PENDING_SECONDS = 0.2


def show() -> None:
    """Show the request as it stands now; runs again by itself."""
    signed_in, since = session.require(*REQUEST_ROLES), pulse.mark()
    link_back("approvals.py", "All requests")
    request_id = st.query_params.get("id", "")
    now, health = datetime.now(UTC), services.health()
    view = request(services.database(), acting.reader(signed_in), request_id)
    pulse.follow(since, topic(documents.APPROVALS, request_id))
    if view is None:
        st.markdown(f"No request is known to you under **{inert(request_id)}**.")
        return
    pulse.follow(since, topic(documents.LOAN_ACCOUNTS, view.loan_account_id or ""))
    request_card.request_heading(signed_in, view, now)
    under_way = acting.operations().on_request(request_id, acting.caller(signed_in))
    for each in under_way:
        decision_state(signed_in, each)
    request_card.request_result(signed_in, view)
    shown = request_card.look(signed_in, request_id)
    request_card.split_up(view, shown)
    if shown is not None:
        request_effect(view, shown)
    requester_words(signed_in, view)
    request_evidence(signed_in, view, now)
    if shown is not None and not any(each.state in {"saving", "unknown"} for each in under_way):
        request_decision(signed_in, view, shown, health.obstacle)
    if acting.end_look(pending=any(each.is_pending for each in under_way)):
        st.rerun()


session.require(*REQUEST_ROLES)
seconds = PENDING_SECONDS if acting.begin_run() else REFRESH_SECONDS
st.fragment(show, run_every=seconds)()
