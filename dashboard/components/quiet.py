"""Small grey text beside what matters; Streamlit's captions are too faint to read in light."""

import streamlit as st


def quiet(text: str, tip: str | None = None) -> None:
    """Show markdown small and grey, no wider than it is."""
    st.markdown(f":small[:gray[{text}]]", width="content", help=tip)
