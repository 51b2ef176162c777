"""The notes about a customer: who wrote one when, its text by an explicit click, new ones."""

from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.commands.add_note import AddNote, AmendNote
from dashboard.components import sending
from dashboard.components.form_fields import TEXT_CHARACTERS_MAX
from dashboard.components.quiet import quiet
from dashboard.components.reveal_text import reveal_text
from dashboard.formats import inert
from dashboard.operation import Operation
from dashboard.queries.notes import NOTES_MAX, NoteView, notes_of
from dashboard.queries.rights import moves_money
from dashboard.queries.staff_names import staff_names
from dashboard.session import SignedIn

SHOWN_MAX: Final = 10
ROUND: Final = "note-round"
"""Counts the notes sent, so that the field begins empty again."""
AMENDING: Final = "amending"
TABS: Final = "view"
"""Which tab of an account is open."""


def notes(signed_in: SignedIn, customer_id: str, loan_account_id: str) -> None:
    """Show the notes, and the field for a new one to those who may write it."""
    found = notes_of(services.database(), signed_in.roles, customer_id)
    if moves_money(signed_in.roles):
        _new(signed_in, customer_id, loan_account_id)
    if not found:
        st.markdown("No notes about this customer yet.")
        return
    ids = {str(each) for note in found for each in (note.added_by, note.amended_by) if each}
    names = staff_names(services.database(), ids)
    every = session.slot("all-notes", bool)
    for note in found if every else found[:SHOWN_MAX]:
        _note(signed_in, customer_id, note, names)
    if len(found) == NOTES_MAX:
        quiet(f"The {NOTES_MAX} newest are listed; the audit trail has every one.")
    if len(found) > SHOWN_MAX and not every:
        more = len(found) - SHOWN_MAX
        st.button(f"Show {more} more", on_click=session.put, args=("all-notes", True))


def _new(signed_in: SignedIn, customer_id: str, loan_account_id: str) -> None:
    key = _new_key(customer_id)
    st.text_area(
        "New note",
        key=key,
        max_chars=TEXT_CHARACTERS_MAX,
        placeholder="What was said or agreed; no card numbers",
        height=80,
    )
    st.button(
        "Add note",
        key=f"add-{key}",
        on_click=_add,
        args=(signed_in, customer_id, loan_account_id),
    )
    sending.trouble(signed_in, f"notes:{customer_id}", refill, _added)


def _new_key(customer_id: str) -> str:
    return f"note-{customer_id}-{session.slot(ROUND, int)}"


def _add(signed_in: SignedIn, customer_id: str, loan_account_id: str) -> None:
    text = session.entered(_new_key(customer_id)).strip()
    if not text:
        return
    note = AddNote(customer_id=customer_id, loan_account_id=loan_account_id, text=text)
    sent = sending.send(signed_in, note)
    if sent.state == "synced":
        _added(signed_in, sent)


def _added(_signed_in: SignedIn, sent: Operation) -> None:
    """Empty the field that held what was written."""
    command = sent.command
    if isinstance(command, AddNote):
        session.put(ROUND, session.slot(ROUND, int) + 1)
    elif isinstance(command, AmendNote) and session.slot(AMENDING, str) == command.note_id:
        session.forget(AMENDING)


def refill(_signed_in: SignedIn, operation: Operation) -> None:
    """Write what failed into its field again, and open the tab with it."""
    command = operation.command
    session.enter(TABS, "Notes")
    if isinstance(command, AddNote):
        session.enter(_new_key(command.customer_id), command.text)
    elif isinstance(command, AmendNote):
        session.put(AMENDING, command.note_id)
        session.enter(_amend_key(command.note_id), command.text)
    sending.hold(operation)


def _note(signed_in: SignedIn, customer_id: str, note: NoteView, names: dict[str, str]) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            who = names.get(str(note.added_by), formats.NOT_KNOWN)
            st.markdown(f"**{inert(who)}**", width="content")
            if note.added_at:
                quiet(formats.day_and_clock(note.added_at), formats.exact(note.added_at))
            if note.loan_account_id:
                quiet(inert(note.loan_account_id))
            if note.amended_at:
                by = names.get(str(note.amended_by), "")
                quiet(f"amended by {inert(by)} {formats.day_and_clock(note.amended_at)}")
        with st.container(horizontal=True):
            if note.text_event_id:
                purpose = "Note opened at the desk"
                reveal_text(signed_in, note.text_event_id, purpose, "Reveal the note")
            if note.added_by == signed_in.staff_id and moves_money(signed_in.roles):
                st.button(
                    "Amend",
                    key=f"amend-{note.note_id}",
                    type="tertiary",
                    on_click=session.put,
                    args=(AMENDING, note.note_id),
                )
        if session.slot(AMENDING, str) == note.note_id:
            _amend_form(signed_in, customer_id, note)
        place = f"notes:{customer_id}:{note.note_id}"
        sending.trouble(signed_in, place, refill, _added)


def _amend_key(note_id: str) -> str:
    return f"amend-{note_id}-text"


def _amend_form(signed_in: SignedIn, customer_id: str, note: NoteView) -> None:
    key = _amend_key(note.note_id)
    st.text_area(
        "New text; the old one stays on record", key=key, max_chars=TEXT_CHARACTERS_MAX, height=80
    )
    st.button(
        "Save the new text",
        key=f"save-{key}",
        on_click=_amend,
        args=(signed_in, customer_id, note),
    )


def _amend(signed_in: SignedIn, customer_id: str, note: NoteView) -> None:
    text = session.entered(_amend_key(note.note_id)).strip()
    if text:
        change = AmendNote(
            note_id=note.note_id, customer_id=customer_id, seen_version=note.ver, text=text
        )
        sent = sending.send(signed_in, change)
        if sent.state == "synced":
            _added(signed_in, sent)
