"""One dead letter, `/dead_letter?id=…` or, by the message that it was, `?message=…`."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import services, session
from dashboard.components import acting, pulse
from dashboard.components.forms import show_open_form
from dashboard.components.letter_actions import letter_actions
from dashboard.components.letter_card import letter_event, letter_heading
from dashboard.components.letter_history import letter_history, letter_resolution
from dashboard.components.letter_reading import read_letter, show_waiting
from dashboard.components.opening import link_back
from dashboard.formats import inert
from dashboard.live import topic
from dashboard.operations import Operation
from dashboard.queries.approvals import OPEN
from dashboard.queries.letters import LetterRow, letter, letters_of, requests_of, steps_of
from dashboard.queries.rights import LETTER_ROLES
from dashboard.session import SignedIn
from proto import documents

REFRESH_SECONDS = 10.0
PENDING_SECONDS = 0.2


def found(signed_in: SignedIn) -> LetterRow | None:
    """Find the letter that the address asks for; of a message the newest."""
    database, asked = services.database(), st.query_params
    if asked.get("id"):
        return letter(database, signed_in.roles, asked["id"])
    rows = letters_of(database, signed_in.roles, asked.get("message", ""))
    return rows[0] if rows else None


def show() -> None:
    """Show the letter as it stands now; runs again by itself."""
    signed_in, since = session.require(*LETTER_ROLES), pulse.mark()
    link_back("dead_letters.py", "All dead letters")
    row = found(signed_in)
    if row is None:
        asked = st.query_params.get("id") or st.query_params.get("message", "")
        st.markdown(f"There is no dead letter **{inert(asked)}**.")
        return
    pulse.follow(since, topic(documents.DEAD_LETTERS, row.letter_id))
    pulse.follow(since, topic(documents.LETTER_STEPS), topic(documents.APPROVALS))
    database = services.database()
    steps = steps_of(database, signed_in.roles, row)
    letter_heading(row, datetime.now(UTC))
    letter_resolution(steps)
    requests = requests_of(database, signed_in.roles, steps)
    is_asked = any(each.status in OPEN for each in requests.values())
    reading, under_way = read_letter(signed_in, row.letter_id), list[Operation]()
    if reading.entry is None:
        show_waiting(reading)
    else:
        health = services.health()
        under_way = letter_actions(signed_in, row, reading.entry, steps, health, is_asked=is_asked)
        letter_event(reading.entry)
    letter_history(steps, requests)
    if acting.end_look(pending=reading.is_waiting or any(each.is_pending for each in under_way)):
        st.rerun()


session.require(*LETTER_ROLES)
seconds = PENDING_SECONDS if acting.begin_run() else REFRESH_SECONDS
st.fragment(show, run_every=seconds)()
show_open_form(session.require(*LETTER_ROLES))
