"""Where things stand on a page that has a list at its left: on a narrow screen, above."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

RAIL_PIXELS: Final = 225
_STYLE: Final = Path(__file__).with_suffix(".css")


def rail_and_detail() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Give the two places; Streamlit's own columns fold only on a telephone."""
    st.html(_STYLE)
    row = st.container(horizontal=True, gap="small", key="rail-and-detail")
    return row.container(width=RAIL_PIXELS, key="rail"), row.container(key="detail")
