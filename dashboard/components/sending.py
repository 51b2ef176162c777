"""Sends a small change from a button, and keeps it with its key while its outcome is not known."""

import time
import uuid
from collections.abc import Callable
from typing import Final, Protocol

import streamlit as st
from msgspec import Struct

from dashboard import services, session
from dashboard.commands.answers import check_writable
from dashboard.components import acting
from dashboard.formats import inert
from dashboard.ledger_client import Caller, LedgerClient, LedgerFault, LedgerRefused, OutcomeUnknown
from dashboard.session import SignedIn

DOUBLE_CLICK_SECONDS: Final = 3.0
"""The same change again so soon after it was done is the second click of one intent."""


class Change(Protocol):
    """One intent: what is sent under a key."""

    def send(self, client: LedgerClient, caller: Caller, key: str) -> object:
        """Send it. Raises LedgerRefused, LedgerFault or OutcomeUnknown."""


class Sent(Struct, frozen=True):
    """What became of the last try: done without a sentence, refused, or not known."""

    change: Change
    key: str
    sentence: str = ""
    is_known: bool = True
    at: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the ledger said yes."""
        return self.is_known and not self.sentence

    @property
    def is_recent(self) -> bool:
        """Whether the next click may belong to the same intent."""
        return time.monotonic() - self.at < DOUBLE_CLICK_SECONDS


def send(signed_in: SignedIn, place: str, change: Change) -> Sent:
    """Send a change; the same again while its outcome is not known bears the same key."""
    before = last(place)
    if before is not None and before.is_done and before.change == change and before.is_recent:
        return before
    waits = before is not None and not before.is_known and before.change == change
    key = before.key if before is not None and waits else uuid.uuid4().hex
    try:
        # What may have been done is asked about, also of a desk for reading.
        if not waits and not getattr(change, "passes_read_only", False):
            check_writable(services.health())
        change.send(services.ledger(), acting.caller(signed_in), key)
        sent = Sent(change, key, at=time.monotonic())
    except OutcomeUnknown as doubt:
        sent = Sent(change, key, doubt.sentence, is_known=False)
    except (LedgerRefused, LedgerFault) as no:
        sent = Sent(change, key, no.sentence, is_known=not waits)
    session.put(place, sent)
    return sent


def last(place: str) -> Sent | None:
    """Give what became of the last try at a place."""
    nothing: Sent | None = None
    return session.slot(place, lambda: nothing)


def trouble(signed_in: SignedIn, place: str, again: Callable[[Change], None] | None = None) -> None:
    """Say why the last try did not succeed; one that is not known can be checked.

    `again` sends it once more for who has more to do when it is done.
    """
    sent = last(place)
    if sent is None or sent.is_done:
        return
    if sent.is_known:
        st.error(inert(sent.sentence), icon=":material/error:")
        return
    st.warning(
        f"Not known yet: {inert(sent.sentence)} Check again: it is never done twice.",
        icon=":material/help:",
    )
    st.button(
        "Check again",
        key=f"again-{place}",
        on_click=_again,
        args=(signed_in, place, sent.change, again),
    )


def _again(
    signed_in: SignedIn, place: str, change: Change, again: Callable[[Change], None] | None
) -> None:
    if again is None:
        send(signed_in, place, change)
    else:
        again(change)
