"""The steps of a request; what somebody wrote is opened by a click, which is recorded."""

from typing import Final

import streamlit as st

from dashboard import formats, request_words
from dashboard.components.quiet import quiet
from dashboard.components.reveal_text import reveal_text
from dashboard.formats import code, inert
from dashboard.queries.approvals import RequestView, StepView
from dashboard.session import SignedIn

WITH_WORDS: Final = frozenset({"pending", "returned", "approved", "rejected", "cancelled"})


def request_history(signed_in: SignedIn, view: RequestView) -> None:
    """Show each step with who and when, its entry in the ledger, and a way to the words."""
    quiet("Reading what somebody wrote is recorded in the ledger, with your name.")
    for each in view.steps:
        _step(signed_in, view, each)


def requester_words(signed_in: SignedIn, view: RequestView) -> None:
    """Offer what the requester wrote last."""
    asked = [each for each in view.steps if each.status == "pending"]
    if asked:
        _words(signed_in, view, asked[-1], "Read the requester's words", "why")


def _step(signed_in: SignedIn, view: RequestView, each: StepView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        badge = request_words.status(each.status)
        told = f":{badge.colour}-badge[{inert(request_words.step(each.event_type))}]"
        who = inert(each.by_name or each.by)
        st.markdown(f"{told} {who}", width="content")
        quiet(formats.day_and_clock(each.at), formats.exact(each.at))
        quiet(f"entry {code(each.event_id)}")
    if each.status in WITH_WORDS:
        _words(signed_in, view, each, "Read the words", "step")


def _words(signed_in: SignedIn, view: RequestView, each: StepView, label: str, where: str) -> None:
    """Show the words that were opened, else the button that opens them."""
    purpose = f"Approval request {view.number}"
    reveal_text(signed_in, each.event_id, purpose, label, f"{where}-")
