"""System: how each part is, how far behind, what waits and what differs, `/system`."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import services, session
from dashboard.components import system_events, system_match
from dashboard.components.system_flow import system_counts, system_flow
from dashboard.components.system_ledger import ledger_health, read_only_switch, signed_head
from dashboard.components.system_parts import system_parts
from dashboard.components.system_rebuild import system_rebuild
from dashboard.queries import parts, system
from dashboard.queries.rights import SYSTEM_READING_ROLES

REFRESH_SECONDS = 4


def servers() -> list[parts.Part]:
    """Look at the servers, which can be asked whoever is there."""
    lost = services.lost_since()
    return [
        parts.mongodb_part(services.database(), lost),
        parts.redis_part(services.redis_client(), lost),
        parts.desk_part(services.STARTED_AT, datetime.now(UTC)),
    ]


@st.fragment(run_every=REFRESH_SECONDS)
def show() -> None:
    """Show everything as it stands; runs again by itself."""
    try:
        signed_in = session.require(*SYSTEM_READING_ROLES)
    except session.CannotTell as trouble:
        system_parts(servers())
        st.warning(f"{trouble} The rest is shown again when it does.")
        return
    if system_events.is_to_open():
        st.rerun(scope="app")
    system_match.open_account()
    database, roles = services.database(), signed_in.roles
    health, beat = services.health(), system.heartbeat(database, roles)
    ledger = ledger_health(signed_in, is_lost=health.ledger_lost)
    projector = parts.projector_part(beat, datetime.now(UTC))
    system_parts([parts.ledger_part(health, ledger), projector, *servers()])
    counts = system.counts(database, roles)
    system_counts(signed_in, counts, ledger)
    system_flow(beat)
    scores, differ = system.scores(database, roles), system.mismatches(database, roles)
    system_match.system_match(scores, differ, counts.mismatches)
    system_rebuild(signed_in, system.last_rebuild(database, roles), health)
    left, right = st.columns(2, gap="large")
    with left:
        system_events.parked_table(system.parked(database, roles), counts.parked)
    with right:
        system_events.unknown_table(system.unknown_types(database, roles), counts.unknown_types)
    signed_head(signed_in, ledger)
    read_only_switch(signed_in, ledger, system.read_only_switch(database, roles))


@st.dialog("Event as it came", width="large", on_dismiss=system_events.close)
def show_event() -> None:
    """Show the event that was opened."""
    system_events.opened_event(session.require(*SYSTEM_READING_ROLES))


session.require(*SYSTEM_READING_ROLES)
st.markdown("### System")
show()
if system_events.PARKED in st.query_params or system_events.UNKNOWN in st.query_params:
    show_event()
