"""The desk's entry: configuration, sign-in, navigation, nothing else."""

from pathlib import Path

import streamlit as st

from dashboard import navigation, services, session

# A file of ours: a Material icon here would be fetched from somebody else's server.
ICON = Path(__file__).with_name("icon.png")
SIDEBAR_PIXELS = 240

st.set_page_config(
    page_title="Billie Servicing",
    page_icon=str(ICON),
    layout="wide",
    initial_sidebar_state=SIDEBAR_PIXELS,
)
services.warm_up()
navigation.run(session.current())
