"""Keeps an open screen true: once a second it looks whether something moved, and draws again."""

from typing import Final

import streamlit as st

from dashboard import services, session

EVERY_SECONDS: Final = 1
_MARKS: Final = "followed"


def begin() -> None:
    """Forget what the last page showed; called before a page is drawn."""
    session.put(_MARKS, {})


def mark() -> int:
    """Give the point up to which everything was heard; a page takes it before it reads."""
    return services.live().mark()


def follow(since: int, *topics: str) -> None:
    """Draw the page again when one of the topics moves after the mark."""
    marks: dict[str, int] = session.slot(_MARKS, dict)
    marks.update(dict.fromkeys(topics, since))


@st.fragment(run_every=EVERY_SECONDS)
def show() -> None:
    """Look; it shows nothing itself."""
    marks: dict[str, int] = session.slot(_MARKS, dict)
    if services.live().have_moved(marks):
        session.rerun_by_itself()
