"""Shows sealed texts after an explicit click, which the ledger records.

What was opened stays in the tab's memory while its page, or its dialog, is open: never in an
address or a cache.
"""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.commands.reveal import Reveal, Words
from dashboard.components import acting
from dashboard.components.quiet import quiet
from dashboard.formats import code, inert, visible
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.session import SignedIn

HIDDEN: Final = frozenset({"comment_salt"})
"""Text of the machine's: it salts the comment's hash."""

LABELS: Final = {"notes": "Note"}
_OPENED: Final = "revealed"


def reveal_text(
    signed_in: SignedIn, event_id: str, purpose: str, label: str, where: str = ""
) -> None:
    """Offer to read the texts of an event, and show them once they were asked for.

    `where` tells apart two places of one page that show the same event.
    """
    found = _opened().get(event_id)
    if not isinstance(found, Words):
        if found:
            st.info(inert(found))
        st.button(
            label,
            key=f"reveal-{where}{event_id}",
            icon=":material/visibility:",
            help="Who reads it and when is recorded." if purpose else "Say first what for.",
            disabled=not purpose,
            on_click=_reveal,
            args=(signed_in, event_id, purpose),
        )
        return
    told = {name: text for name, text in found.texts.items() if text and name not in HIDDEN}
    for name, text in told.items():
        quiet(inert(LABELS.get(name, name.replace("_", " ").capitalize())))
        st.text(visible(text))
    if not told:
        st.markdown("Nothing was written.")
    quiet(f"That you read this is recorded as {code(found.recorded_as)}.")
    st.button(
        "Hide",
        key=f"hide-{where}{event_id}",
        type="tertiary",
        on_click=_hide,
        args=(event_id,),
    )


def is_revealed(event_id: str) -> bool:
    """Tell whether the texts of an event stand open."""
    return isinstance(_opened().get(event_id), Words)


def forget_texts() -> None:
    """Forget what was revealed."""
    session.forget(_OPENED)


def _opened() -> dict[str, Words | str]:
    """Give the texts by their events, or why they were not read."""
    opened: dict[str, Words | str] = session.slot(_OPENED, dict)
    return opened


def _hide(event_id: str) -> None:
    _opened().pop(event_id, None)


def _reveal(signed_in: SignedIn, event_id: str, purpose: str) -> None:
    try:
        question = Reveal(event_id=event_id, purpose=purpose)
        _opened()[event_id] = question.send(services.ledger(), acting.caller(signed_in))
    except (LedgerRefused, LedgerFault) as no:
        _opened()[event_id] = no.sentence
