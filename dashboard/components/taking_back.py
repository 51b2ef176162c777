"""Takes one's own request back, for a reason of the list, which the audit is filtered by."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.commands.decide_request import CANCEL_REASONS
from dashboard.components.form_fields import TEXT_CHARACTERS_MAX


def take_back_form(
    label: str, request_id: str, off: str, then: Callable[..., None], args: tuple[Any, ...]
) -> None:
    """Offer to take a request back, and ask why; `off` says why it cannot be done now."""
    with st.popover("Take it back…", disabled=bool(off), help=off or None):
        st.markdown("Nobody decides it then. What it asks for can be asked for anew.")
        st.selectbox(
            "Reason",
            list(CANCEL_REASONS),
            format_func=lambda code: CANCEL_REASONS[code],
            key=_key(request_id),
        )
        st.text_input(
            "Note",
            key=_note_key(request_id),
            max_chars=TEXT_CHARACTERS_MAX,
            placeholder="Optional; no card numbers",
        )
        st.button(
            label,
            key=f"cancel-{request_id}",
            type="primary",
            disabled=bool(off),
            on_click=then,
            args=args,
        )


def reason_of(request_id: str) -> str:
    """Give the reason that was chosen."""
    return session.entered(_key(request_id)) or "other"


def note_of(request_id: str) -> str:
    """Give what was written besides."""
    return session.entered(_note_key(request_id)).strip()


def _note_key(request_id: str) -> str:
    return f"cancel-note-{request_id}"


def _key(request_id: str) -> str:
    return f"cancel-reason-{request_id}"
