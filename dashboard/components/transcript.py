"""What was said in a conversation: the customer left, the assistant right, nothing that formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from dashboard import formats
from dashboard.queries.conversations import UtteranceView

_HERE: Final = Path(__file__)
CUSTOMER: Final = "customer"


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer has no public type
    return st.components.v2.component(
        "billie_transcript",
        js=_HERE.with_suffix(".js").read_text(),
        css=_HERE.with_suffix(".css").read_text(),
    )


def transcript_lines(said: Sequence[UtteranceView], *, key: str) -> None:
    """Show the lines, the oldest first."""
    _component()(data={"label": "Transcript", "lines": [_line(each) for each in said]}, key=key)


def _line(each: UtteranceView) -> dict[str, object]:
    is_customer = each.username == CUSTOMER
    return {
        "isCustomer": is_customer,
        "who": "Customer" if is_customer else "Assistant",
        "at": formats.day_and_clock(each.created_at) if each.created_at else "",
        "tip": formats.exact(each.created_at) if each.created_at else "",
        "text": formats.visible(each.utterance),
    }
