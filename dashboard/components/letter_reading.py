"""Opens a dead letter's entry: asks once through the ledger, which records it, and waits."""

import time
import uuid
from typing import Final

import streamlit as st
from msgspec import Struct, structs

from dashboard import services, session
from dashboard.commands.answers import check_writable
from dashboard.commands.open_letter import OpenLetter
from dashboard.components import acting
from dashboard.formats import inert
from dashboard.ledger_client import LedgerFault, LedgerRefused, OutcomeUnknown
from dashboard.letter_entry import Entry, read_entry
from dashboard.queries.letters import answer
from dashboard.session import SignedIn
from proto.letter_seal import NotReadable, Reader

SLOW_SECONDS: Final = 8.0
_SLOT: Final = "letter-reading"
_GONE: Final = {
    "erased": "Nobody can read this entry any more: its customer was erased.",
    "taken_away": "The answer lay ready and was taken away again. Open the entry once more.",
}


class Reading(Struct, frozen=True, kw_only=True):
    """One opening of one letter at this tab: its keys, how it was asked, what came of it."""

    letter_id: str
    reader: Reader
    key: str
    asked_at: float
    event_id: str = ""
    entry: Entry | None = None
    sentence: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is still to come."""
        return self.entry is None and not self.sentence


def read_letter(signed_in: SignedIn, letter_id: str) -> Reading:
    """Give the reading of a letter as it stands; the first look asks for it."""
    reading: Reading = session.slot(_SLOT, lambda: _new(letter_id))
    if reading.letter_id != letter_id:
        reading = _new(letter_id)
    if not reading.sentence and not reading.event_id:
        reading = _asked(signed_in, reading)
    elif reading.is_waiting:
        reading = _looked(signed_in, reading)
    session.put(_SLOT, reading)
    return reading


def show_waiting(reading: Reading) -> None:
    """Say that the entry is on its way, or why it does not come."""
    if reading.sentence:
        st.warning(inert(reading.sentence))
        st.button("Open the entry again", key="open-letter-again", on_click=_forget)
    elif time.monotonic() - reading.asked_at > SLOW_SECONDS:
        st.info("The projector has not answered yet. The entry shows here when it does.")
    else:
        st.skeleton(height=220)


def _new(letter_id: str) -> Reading:
    return Reading(
        letter_id=letter_id, reader=Reader(), key=uuid.uuid4().hex, asked_at=time.monotonic()
    )


def _asked(signed_in: SignedIn, reading: Reading) -> Reading:
    """Ask; where that fails the reader is told, and may ask anew: a reading moves nothing."""
    question = OpenLetter(letter_id=reading.letter_id, reader_key=reading.reader.key)
    try:
        check_writable(services.health())
        event_id = question.send(services.ledger(), acting.caller(signed_in), reading.key)
    except (LedgerRefused, LedgerFault, OutcomeUnknown) as no:
        return structs.replace(reading, sentence=no.sentence)
    return structs.replace(reading, event_id=event_id)


def _looked(signed_in: SignedIn, reading: Reading) -> Reading:
    found = answer(services.database(), signed_in.roles, reading.event_id)
    if found is None:
        return reading
    if found.state != "sealed":
        gone = _GONE.get(found.state, "The entry cannot be opened.")
        return structs.replace(reading, sentence=gone)
    try:
        fields = reading.reader.opened(reading.event_id.encode(), found.sealed)
    except NotReadable:
        return structs.replace(reading, sentence="The answer is not for this reading, or changed.")
    return structs.replace(reading, entry=read_entry(fields))


def _forget() -> None:
    session.forget(_SLOT)
