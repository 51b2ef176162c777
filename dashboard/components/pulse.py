"""Keeps an open screen true: once a second it looks whether something moved, and draws again.

It also takes a tab to the sign-in whose session was ended, or whose owner was disabled, and
lets the navigation follow when their roles change.
"""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.components import acting
from dashboard.components.status_chip import OBSTACLE_SHOWN
from dashboard.live import topic
from dashboard.session import SignedIn
from proto import documents

EVERY_SECONDS: Final = 1
_MARKS: Final = "followed"
_TROUBLES: Final = "troubles-shown"


def begin(signed_in: SignedIn) -> None:
    """Forget what the last page showed, and follow who looks; called before a page is drawn."""
    session.put(_MARKS, {})
    follow(mark(), topic(documents.STAFF, signed_in.staff_id))
    session.put(_TROUBLES, acting.operations().troubles)


def mark() -> int:
    """Give the point up to which everything was heard; a page takes it before it reads."""
    return services.live().mark()


def follow(since: int, *topics: str) -> None:
    """Draw the page again when one of the topics moves after the mark.

    A part that draws itself anew moves its marks on, unless a form is open: only the whole page
    draws that, so until it does the form is still owed what others did.
    """
    marks: dict[str, int] = session.slot(_MARKS, dict)
    before = {} if acting.opened_form() is None else marks
    marks.update({each: before.get(each, since) for each in topics})


@st.fragment(run_every=EVERY_SECONDS)
def show() -> None:
    """Look; it shows nothing itself."""
    marks: dict[str, int] = session.slot(_MARKS, dict)
    troubles, obstacle = acting.operations().troubles, services.health().obstacle
    must = services.live().have_moved(marks) or session.slot(_TROUBLES, int) != troubles
    must = must or not session.is_living()
    if must or session.slot(OBSTACLE_SHOWN, str) != obstacle:
        session.rerun_by_itself()
