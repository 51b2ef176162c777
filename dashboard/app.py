"""The desk's entry: configuration, sign-in, navigation, nothing else."""

import streamlit as st

from dashboard import navigation, services, session

st.set_page_config(
    page_title="Billie Servicing", page_icon=":material/account_balance:", layout="wide"
)
services.warm_up()
navigation.run(session.current())
