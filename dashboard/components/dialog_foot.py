"""The foot of a dialog: the way out, and at the right the one button that does something."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def dialog_foot(
    label: str,
    key: str,
    close: Callable[[], None],
    then: Callable[..., None],
    args: tuple[Any, ...],
    *,
    disabled: bool = False,
) -> None:
    """Show Cancel, which closes, and the button, which does what its label says."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key=f"cancel-{key}", type="tertiary", on_click=close)
        st.button(label, key=key, type="primary", disabled=disabled, on_click=then, args=args)
