"""Why staff are changed: a reason of the change's own list, which the audit is filtered by."""

from collections.abc import Mapping

import streamlit as st

from dashboard.commands.staff_change import StaffChange
from dashboard.components import staff_changes


def ask(field: str, words_of: Mapping[str, str], entered: StaffChange | None) -> str:
    """Ask for one, beginning with what a failed try had; gives its code."""
    codes = list(words_of)
    before = getattr(entered, "reason_code", "")
    chosen = st.selectbox(
        "Reason",
        codes,
        index=codes.index(before) if before in codes else 0,
        format_func=lambda code: words_of[code],
        key=staff_changes.field_key(f"reason-{field}"),
    )
    return chosen or codes[0]
