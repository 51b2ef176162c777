"""My rights and limits: what the ledger lets me do, how far, and my signing key, `/me`."""

import streamlit as st

from dashboard import session
from dashboard.components import acting
from dashboard.components.own_key import own_key
from dashboard.components.own_rights_table import own_limits, own_rights_table
from dashboard.formats import code, inert

signed_in = session.require()
rights = acting.own_rights(signed_in)

st.markdown("### My rights and limits")
st.markdown(
    f"**{inert(signed_in.display_name)}** · {inert(signed_in.role_names)} ·"
    f" {code(signed_in.staff_id)}"
)
st.markdown("##### Limits")
own_limits(rights)
if "enrol_key" in rights.may:
    own_key(signed_in)
st.markdown("##### Rights")
own_rights_table(rights, signed_in.roles)
