"""Dead letters: events that could not be applied, `/dead_letters?reference=P-998877`."""

import streamlit as st

from dashboard import session
from dashboard.components import pulse
from dashboard.components.letters_list import letters_list
from dashboard.live import topic
from dashboard.queries.rights import LETTER_ROLES
from proto import documents

signed_in, since = session.require(*LETTER_ROLES), pulse.mark()
pulse.follow(since, topic(documents.DEAD_LETTERS))
st.markdown("### Dead letters")
letters_list(signed_in)
