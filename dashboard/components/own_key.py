"""The own signing key: how it stands, and making or renewing it under a passphrase."""

from typing import Final

import streamlit as st

from dashboard import services, session
from dashboard.commands.answers import check_writable
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
    " four random words will do. Nobody can read it, and nobody can restore it."
)
ANOTHER: Final = "The two passphrases are not the same. Type both again."
UNKNOWN: Final = (
    "It is not known yet whether the ledger has your key. Check again: it is never made twice."
)
REVOKE: Final = (
    "Ask an administrator to revoke the key, then make a new one here; what the old one signed"
    " stays valid."
)
DONE: Final = "Your key is made. It signs your decisions from now on."


def own_key(signed_in: SignedIn) -> None:
    """Show the key's state, and the form to those who need a key."""
    st.markdown("##### Signing key")
    staff_id = signed_in.staff_id
    current = services.signing_keys().current(staff_id)
    known = own_keys(services.database(), staff_id)
    revoked = {each.key_id for each in known if each.revoked_at}
    elsewhere = [each.key_id for each in known if each.key_id not in {*revoked, current}]
    told: tuple[bool, str] = session.slot(_TOLD, lambda: (True, ""))
    if told[1]:
        (st.success if told[0] else st.error)(inert(told[1]))
    if EnrolKey.unfinished(services.signing_keys(), staff_id) is not None:
        st.warning(UNKNOWN)
        st.button("Check again", key="enrol-again", on_click=_again, args=(signed_in,))
    elif current is not None and current not in revoked:
        st.markdown(f":green-badge[In use] Your key {code(current)} signs your decisions.")
        quiet(f"Forgotten the passphrase? {REVOKE}")
    elif elsewhere:
        st.warning(f"The ledger knows a key of yours that this desk does not hold. {REVOKE}")
    else:
        _form(signed_in, was_revoked=current is not None)


def _form(signed_in: SignedIn, *, was_revoked: bool) -> None:
    if was_revoked:
        st.markdown("Your key was revoked: it signs nothing any more. Make a new one.")
    else:
        st.markdown("You have no key yet. Approving and rejecting take one.")
    with st.form("own-key", width=480):
        st.text_input("Passphrase", key=FIRST, type="password", autocomplete="new-password")
        st.text_input("The same again", key=SECOND, type="password", autocomplete="new-password")
        quiet(STRENGTH)
        st.form_submit_button(
            "Make my signing key", type="primary", on_click=_make, args=(signed_in,)
        )


def _make(signed_in: SignedIn) -> None:
    """Make and enrol a key; the passphrase does not stay in the tab's memory."""
    first, second = session.entered(FIRST), session.entered(SECOND)
    session.clear_entered(FIRST)
    session.clear_entered(SECOND)
    if first != second:
        session.put(_TOLD, (False, ANOTHER))
        return
    try:
        check_writable(services.health())
        begun = EnrolKey.begun(services.signing_keys(), signed_in.staff_id, first)
    except LedgerRefused as no:
        session.put(_TOLD, (False, no.sentence))
        return
    except CannotMake as weak:
        session.put(_TOLD, (False, str(weak)))
        return
    _send(signed_in, begun)


def _again(signed_in: SignedIn) -> None:
    begun = EnrolKey.unfinished(services.signing_keys(), signed_in.staff_id)
    if begun is not None:
        _send(signed_in, begun)


def _send(signed_in: SignedIn, begun: EnrolKey) -> None:
    """Send it, unless the desk is for reading: a check may be what enrols the key."""
    keys = services.signing_keys()
    try:
        check_writable(services.health())
        begun.send(services.ledger(), acting.caller(signed_in), keys)
    except (LedgerRefused, LedgerFault, OutcomeUnknown) as trouble:
        session.put(_TOLD, (False, trouble.sentence))
    else:
        session.put(_TOLD, (True, DONE))
