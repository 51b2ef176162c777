"""Shows a sealed text after an explicit click, which the ledger records."""

import streamlit as st
from msgspec import Struct

from dashboard import services, session
from dashboard.commands.reveal import Reveal
from dashboard.components import acting
from dashboard.components.quiet import quiet
from dashboard.formats import inert, visible
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.session import SignedIn

_REVEALED = "revealed"


class Revealed(Struct, frozen=True):
    """The texts of one event as they were read, or why they were not."""

    event_id: str
    texts: dict[str, str] = {}
    sentence: str = ""


def reveal_text(signed_in: SignedIn, event_id: str, purpose: str, label: str) -> None:
    """Offer to read the texts of an event, and show them once they were asked for."""
    shown = session.slot(_REVEALED, lambda: Revealed(""))
    if shown.event_id != event_id:
        st.button(
            label,
            key=f"reveal-{event_id}",
            icon=":material/visibility:",
            help="Who reads it and when is recorded.",
            on_click=_reveal,
            args=(signed_in, event_id, purpose),
        )
        return
    if shown.sentence:
        st.info(inert(shown.sentence))
    for name, text in shown.texts.items():
        quiet(inert(name.replace("_", " ").capitalize()))
        st.text(visible(text))
    st.button("Hide", key=f"hide-{event_id}", type="tertiary", on_click=forget_text)


def forget_text() -> None:
    """Forget what was revealed."""
    session.forget(_REVEALED)


def _reveal(signed_in: SignedIn, event_id: str, purpose: str) -> None:
    try:
        question = Reveal(event_id=event_id, purpose=purpose)
        words = question.send(services.ledger(), acting.caller(signed_in))
        session.put(_REVEALED, Revealed(event_id, words.texts))
    except (LedgerRefused, LedgerFault) as no:
        session.put(_REVEALED, Revealed(event_id, sentence=no.sentence))
