"""One dead letter: what it is, why it is dead, its entry with the bad field marked."""

from datetime import datetime
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components import letter_words
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge, code, inert
from dashboard.letter_entry import Entry
from dashboard.queries.letters import LetterRow
from proto.codec import entry_time
from proto.values import InvalidTimestamp

BAD: Final = Badge("Cannot be applied", "red")
COLUMNS: Final = (Column("Field", whole=True), Column("As it came"), Column(""))


def letter_heading(row: LetterRow, now: datetime) -> None:
    """Name the letter, say how it stands and why it could not be applied."""
    badge = letter_words.status(row)
    told = inert(row.event_type or "An entry without a type")
    st.markdown(f"### {told} :{badge.colour}-badge[{badge.word}]", anchors=False)
    st.error(f"**{inert(row.error or row.error_kind)}**", icon=":material/report:")
    st.markdown(inert(f"{_came(row)} {_given_up(row, now)}"))
    quiet(f"Message {code(row.entry_id)} · letter {code(row.letter_id)}")


def _came(row: LetterRow) -> str:
    sender = f" from {row.sender}" if row.sender else ""
    try:
        when = f" {formats.day_and_clock(entry_time(row.entry_id))}" if row.entry_id else ""
    except (InvalidTimestamp, ValueError, OverflowError):  # an id that is no place in a stream
        when = ""
    return f"Came by {letter_words.came_by(row)}{sender}{when}."


def _given_up(row: LetterRow, now: datetime) -> str:
    when = formats.with_age(row.moved_at, now)
    tries = "1 delivery" if row.deliveries == 1 else f"{row.deliveries} deliveries"
    after = f" after {tries}" if row.deliveries else ""
    return f"Given up by {letter_words.given_up_by(row)} {when}{after}."


def letter_event(entry: Entry) -> None:
    """Show the event: each field of its body, the bad ones marked; then all of it as it came."""
    st.markdown("#### Raw event", anchors=False)
    if entry.body:
        rows = [
            Row(
                (
                    Cell(text=name, code=True),
                    Cell(text=value),
                    Cell(badges=(BAD,) if name in entry.bad else ()),
                ),
                marked=name in entry.bad,
            )
            for name, value in entry.body
        ]
        records_table("Fields of the raw event", COLUMNS, rows, key="letter-body")
    else:
        st.markdown("Its body is no JSON object; this is what came.")
    with st.expander("Everything as it came", expanded=not entry.body):
        st.code(entry.text, language=None, wrap_lines=True)
        around = [Row((Cell(text=name, code=True), Cell(text=text))) for name, text in entry.around]
        records_table("Around the body", COLUMNS[:2], around, key="letter-around")
        quiet("The error in full")
        st.text(entry.error)
