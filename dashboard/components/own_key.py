"""The own signing key: how it stands, and making or renewing it under a passphrase."""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.commands.enrol_key import EnrolKey
from dashboard.components import acting
from dashboard.components.quiet import quiet
from dashboard.formats import code, inert
from dashboard.ledger_client import LedgerFault, LedgerRefused, OutcomeUnknown
from dashboard.queries.staff import own_keys
from dashboard.session import SignedIn
from dashboard.signing_keys import DIFFERENT_MIN, LENGTH_MIN, CannotMake

FIRST: Final = "new-passphrase"
SECOND: Final = "new-passphrase-again"
_TOLD: Final = "key-told"
STRENGTH: Final = (
    f"At least {LENGTH_MIN} characters, {DIFFERENT_MIN} of them different, and not your staff id:"
    " four random words will do. Nobody can read it, and nobody can restore it: who forgets it"
    " makes a new key, and what the old one signed stays valid."
)
ANOTHER: Final = "The two passphrases are not the same. Type both again."
UNKNOWN: Final = "It is not known yet whether the ledger has the key. Check again: it is never made"
DONE: Final = "Your key is made. It signs your decisions from now on."


def own_key(signed_in: SignedIn) -> None:
    """Show the key's state and the form."""
    st.markdown("##### Signing key")
    keys, current = services.signing_keys(), services.signing_keys().current(signed_in.staff_id)
    known = own_keys(services.database(), signed_in.staff_id)
    revoked = any(each.key_id == current and each.revoked_at for each in known)
    if current is None:
        st.markdown("You have no key yet. Approving and rejecting take one.")
    elif revoked:
        st.warning("Your key was revoked: it signs nothing any more. Make a new one.")
    else:
        st.markdown(f":green-badge[In use] Your key {code(current)} signs your decisions.")
    told: tuple[bool, str] = session.slot(_TOLD, lambda: (True, ""))
    if told[1]:
        (st.success if told[0] else st.error)(inert(told[1]))
    if EnrolKey.unfinished(keys, signed_in.staff_id) is not None:
        st.warning(f"{UNKNOWN} twice.")
        st.button("Check again", key="enrol-again", on_click=_again, args=(signed_in,))
        return
    _form(signed_in, is_new=current is None or revoked)


def _form(signed_in: SignedIn, *, is_new: bool) -> None:
    with st.form("own-key", width=480):
        st.text_input("Passphrase", key=FIRST, type="password", autocomplete="new-password")
        st.text_input("The same again", key=SECOND, type="password", autocomplete="new-password")
        quiet(STRENGTH)
        label = "Make my signing key" if is_new else "Replace my signing key"
        st.form_submit_button(label, type="primary", on_click=_make, args=(signed_in,))


def _make(signed_in: SignedIn) -> None:
    """Make and enrol a key; the passphrase does not stay in the tab's memory."""
    first, second = session.entered(FIRST), session.entered(SECOND)
    session.clear_entered(FIRST)
    session.clear_entered(SECOND)
    if first != second:
        session.put(_TOLD, (False, ANOTHER))
        return
    try:
        begun = EnrolKey.begun(services.signing_keys(), signed_in.staff_id, first)
    except CannotMake as weak:
        session.put(_TOLD, (False, str(weak)))
        return
    _send(signed_in, begun)


def _again(signed_in: SignedIn) -> None:
    begun = EnrolKey.unfinished(services.signing_keys(), signed_in.staff_id)
    if begun is not None:
        _send(signed_in, begun)


def _send(signed_in: SignedIn, begun: EnrolKey) -> None:
    keys = services.signing_keys()
    try:
        begun.send(services.ledger(), acting.caller(signed_in), keys)
    except (LedgerRefused, LedgerFault, OutcomeUnknown) as trouble:
        session.put(_TOLD, (False, trouble.sentence))
    else:
        session.put(_TOLD, (True, DONE))
