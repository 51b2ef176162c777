"""What a correction is about, as it came: kept at the tab, or read anew where it is not."""

from collections.abc import Mapping
from typing import Final

import streamlit as st
from msgspec import Struct, field

from dashboard import services, session
from dashboard.commands.correct_payment import CorrectPayment
from dashboard.commands.correction import Correction
from dashboard.components.letter_reading import read_letter, show_waiting
from dashboard.letter_entry import Entry
from dashboard.queries.letters import letters_of
from dashboard.queries.transaction_event import TransactionEventInFull, transaction_event
from dashboard.session import SignedIn

LOOK_SECONDS: Final = 0.3
_DRAFT: Final = "correction-draft"


class Draft(Struct, frozen=True):
    """What is corrected, as it came, and which of its fields could not be read."""

    original: str = ""
    came: Mapping[str, str] = field(default_factory=dict)
    bad: frozenset[str] = frozenset()


def keep_draft(draft: Draft) -> None:
    """Remember what a form is opened for."""
    session.put(_DRAFT, draft)


def of_payment(found: TransactionEventInFull) -> Draft:
    """Give a payment as it was posted."""
    came = {
        "amount": str(found.amount),
        "effective_date": str(found.effective_date),
        "payment_reference": found.payment_reference or "",
    }
    return Draft(found.transaction_id, came)


def of_letter(message_id: str, entry: Entry) -> Draft:
    """Give a message as it came."""
    return Draft(message_id, dict(entry.body), entry.bad)


def draft_of(signed_in: SignedIn, begun: Correction) -> Draft | None:
    """Give what is corrected; None while its letter is being opened, which shows.

    Where it cannot be had, why is said, and the draft is empty.
    """
    original = str(getattr(begun, begun.original))
    kept: Draft = session.slot(_DRAFT, Draft)
    if kept.original == original:
        return kept
    anew: Draft | None
    if isinstance(begun, CorrectPayment):
        anew = _payment(signed_in, begun)
    else:
        anew = _letter(signed_in, original)
    if anew is not None and anew.came:
        keep_draft(anew)
    return anew


def _payment(signed_in: SignedIn, begun: CorrectPayment) -> Draft:
    found = transaction_event(
        services.database(), signed_in.roles, begun.loan_account_id, begun.transaction_id
    )
    if isinstance(found, TransactionEventInFull):
        return of_payment(found)
    st.warning("The payment is not on this account: what was posted cannot be shown.")
    return Draft(begun.transaction_id)


def _letter(signed_in: SignedIn, message_id: str) -> Draft | None:
    """Open the newest letter of the message, as its own page does."""
    rows = letters_of(services.database(), signed_in.roles, message_id)
    if not rows:
        st.warning("There is no dead letter of this message: what came cannot be shown.")
        return Draft(message_id)
    reading = read_letter(signed_in, rows[0].letter_id)
    if reading.entry is not None:
        return of_letter(message_id, reading.entry)
    if reading.is_waiting:
        st.fragment(_until_read, run_every=LOOK_SECONDS)(signed_in, rows[0].letter_id)
        return None
    show_waiting(reading)
    return Draft(message_id)


def _until_read(signed_in: SignedIn, letter_id: str) -> None:
    """Look for the answer; with it the page runs again, and the form with it."""
    reading = read_letter(signed_in, letter_id)
    show_waiting(reading)
    if not reading.is_waiting:
        st.rerun()
