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
from dashboard.queries.notes import NoteView, notes_of
from dashboard.queries.rights import moves_money
from dashboard.queries.staff_names import staff_names
from dashboard.session import SignedIn

SHOWN_MAX: Final = 10
ROUND: Final = "note-round"
"""Counts the notes sent, so that the field begins empty again."""
AMENDING: Final = "amending"


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
        _note(signed_in, note, names)
    if len(found) > SHOWN_MAX and not every:
        more = len(found) - SHOWN_MAX
        st.button(f"Show {more} more", on_click=session.put, args=("all-notes", True))


def _new(signed_in: SignedIn, customer_id: str, loan_account_id: str) -> None:
    place = f"note-{customer_id}"
    key = f"{place}-{session.slot(ROUND, int)}"
    st.text_area(
        "New note",
        key=key,
        max_chars=TEXT_CHARACTERS_MAX,
        placeholder="What was said or agreed; no card numbers",
        height=80,
    )
    st.button(
        "Add note",
        key=f"add-{place}",
        on_click=_add,
        args=(signed_in, place, key, customer_id, loan_account_id),
    )
    sending.trouble(signed_in, place)


def _add(signed_in: SignedIn, place: str, key: str, customer_id: str, loan_account_id: str) -> None:
    text = session.entered(key).strip()
    if not text:
        return
    note = AddNote(customer_id=customer_id, loan_account_id=loan_account_id, text=text)
    if sending.send(signed_in, place, note).is_done:
        session.put(ROUND, session.slot(ROUND, int) + 1)


def _note(signed_in: SignedIn, note: NoteView, names: dict[str, str]) -> None:
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
            _amend_form(signed_in, note)


def _amend_form(signed_in: SignedIn, note: NoteView) -> None:
    place = f"amend-{note.note_id}-{note.ver}"
    key = f"{place}-text"
    st.text_area(
        "New text; the old one stays on record", key=key, max_chars=TEXT_CHARACTERS_MAX, height=80
    )
    st.button(
        "Save the new text",
        key=f"save-{place}",
        on_click=_amend,
        args=(signed_in, place, key, note),
    )
    sending.trouble(signed_in, place)


def _amend(signed_in: SignedIn, place: str, key: str, note: NoteView) -> None:
    text = session.entered(key).strip()
    if text:
        change = AmendNote(note_id=note.note_id, seen_version=note.ver, text=text)
        if sending.send(signed_in, place, change).is_done:
            session.forget(AMENDING)
