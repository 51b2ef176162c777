"""Audit: every event of the ledger with who, what, when and why, `/audit?type=waivers`."""

import streamlit as st

from dashboard import services, session
from dashboard.components import pulse
from dashboard.components.audit_event import audit_event_panel, unreadable_event
from dashboard.components.audit_exports import csv_button, sample_picker
from dashboard.components.audit_filters import audit_filters
from dashboard.components.audit_table import (
    OPENED,
    audit_table,
    close,
)
from dashboard.components.pager import Pager
from dashboard.components.quiet import quiet
from dashboard.components.reveal_text import forget_texts
from dashboard.components.trail_check import trail_check
from dashboard.formats import inert
from dashboard.live import topic
from dashboard.queries.audit import (
    Cursor,
    UnreadableEvent,
    audit_event,
    audit_page,
    newest_position,
)
from proto import documents


@st.dialog("Event", width="large", on_dismiss=close)
def show_event(event_id: str) -> None:
    """Show one event with its proof."""
    reader = session.require("compliance")
    mirrored_to = newest_position(services.database(), reader.roles)
    try:
        event = audit_event(services.database(), reader.roles, event_id)
    except UnreadableEvent as flaw:
        unreadable_event(event_id, str(flaw))
        return
    if event is None:
        st.markdown(f"There is no event **{inert(event_id)}** in the audit trail.")
        return
    audit_event_panel(reader, event, mirrored_to)


signed_in, since = session.require("compliance"), pulse.mark()
if not st.query_params.get(OPENED):
    pulse.follow(since, topic(documents.AUDIT_EVENTS))  # who reads an event is not interrupted
    forget_texts()
st.markdown("### Audit")
chosen = audit_filters()
trail, drawn, whole = st.tabs(["Trail", "Random sample", "Check"], key="part", bind="query-params")
if trail.open:
    with trail:
        pages = Pager[Cursor]("audit-pages", chosen)
        page = audit_page(services.database(), signed_in.roles, chosen, pages.after)
        with st.container(horizontal=True, vertical_alignment="center"):
            pages.turn(page.following, page.count, "event")
            if chosen.sort == "amount":
                quiet("Events without an amount are not in this order.")
            csv_button(signed_in, chosen, page.count)
        if page.rows:
            audit_table(signed_in, page.rows, "audit-trail")
        else:
            st.markdown("No event matches. Widen the period, or clear a filter, to see more.")
if drawn.open:
    with drawn:
        sample_picker(signed_in, chosen)
if whole.open:
    with whole:
        trail_check(signed_in)
if st.query_params.get(OPENED):
    show_event(st.query_params[OPENED])
