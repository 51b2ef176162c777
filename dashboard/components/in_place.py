"""Keeps the browser in its place where Streamlit does not.

A link in a passing notice leads on in the same tab, and the focus goes into a list that the
keyboard opened, and back to where it was when a list or a dialog is closed. The browser's Back
leads to what was on the screen before.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from dashboard.components.opening import open_address

_SCRIPT: Final = Path(__file__).with_suffix(".js")


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer has no public type
    return st.components.v2.component("billie_in_place", js=_SCRIPT.read_text())


@st.fragment
def links() -> None:
    """Follow the link that was clicked; it shows nothing itself."""
    result = _component()(key="in-place", on_followed_change=lambda: None)
    followed = urlsplit(str(result.followed or ""))
    if followed.path:
        open_address(followed.path.strip("/"), dict(parse_qsl(followed.query)))
