"""Events that wait and types that nobody reads; a row opens to the event as it came."""

from collections.abc import Sequence
from typing import Final

import msgspec
import streamlit as st

from dashboard import formats, services, session
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.system_parts import bound
from dashboard.formats import code, inert
from dashboard.queries.system import (
    ParkedView,
    UnknownType,
    parked_event,
    raw_entry,
    unknown_type,
)
from dashboard.session import SignedIn

PARKED: Final = "parked"
UNKNOWN: Final = "unread"
_TO_OPEN: Final = "system-to-open"


def parked_table(rows: Sequence[ParkedView], count: int) -> None:
    """Show the ledger events that wait for the one before them."""
    st.markdown("##### Parked events", anchors=False)
    if not rows:
        st.markdown("No event waits for the one before it.")
        return
    shown = [
        Row(
            (
                Cell(text=each.event_id, opens=each.event_id),
                Cell(text=str(each.ver - 1)),
                Cell(text=formats.day_and_clock(each.parked_at), tip=formats.exact(each.parked_at)),
            )
        )
        for each in rows
    ]
    columns = (Column("Event"), Column("Waits for version", right=True), Column("Since"))
    records_table("Parked events", columns, shown, key=PARKED, on_opened=lambda: _open(PARKED))
    quiet("The projector asks the ledger for what is missing.")
    bound(len(rows), count, "The first")


def unknown_table(rows: Sequence[UnknownType], count: int) -> None:
    """Show the types of events that nobody reads."""
    st.markdown("##### Unread types", anchors=False)
    if not rows:
        st.markdown("Every type of event that came is read.")
        return
    shown = [
        Row(
            (
                Cell(text=each.event_type or "(no type)", opens=each.event_type),
                Cell(text=f"{each.count:,}"),
                Cell(text=formats.day_and_clock(each.last_seen), tip=formats.exact(each.last_seen)),
            )
        )
        for each in rows
    ]
    columns = (Column("Type"), Column("Events", right=True), Column("Last came"))
    records_table("Unread types", columns, shown, key=UNKNOWN, on_opened=lambda: _open(UNKNOWN))
    bound(len(rows), count, "The first")


def _open(kind: str) -> None:
    opened = session.sent(kind, "opened")
    if opened:
        close()
        st.query_params[kind] = opened
        session.put(_TO_OPEN, value=True)


def is_to_open() -> bool:
    """Tell once that a row was opened: the page draws it, not the part that refreshes."""
    asked = session.slot(_TO_OPEN, bool)
    session.forget(_TO_OPEN)
    return asked


def close() -> None:
    """Leave the event that is open."""
    st.query_params.pop(PARKED, None)
    st.query_params.pop(UNKNOWN, None)


def opened_event(signed_in: SignedIn) -> None:
    """Show the event that the address asks for, as it came."""
    parked_id = st.query_params.get(PARKED, "")
    if parked_id:
        _parked(signed_in, parked_id)
    else:
        _unknown(signed_in, st.query_params.get(UNKNOWN, ""))


def _parked(signed_in: SignedIn, event_id: str) -> None:
    found = parked_event(services.database(), signed_in.roles, event_id)
    if found is None:
        st.markdown(f"{code(event_id)} waits no more: it was applied.")
        return
    st.markdown(
        f"{code(event_id)} waits for version {found.ver - 1} of {code(found.subject_id)} since"
        f" {formats.day_and_clock(found.parked_at)}."
    )
    _raw(found.fields)


def _unknown(signed_in: SignedIn, event_type: str) -> None:
    found = unknown_type(services.database(), signed_in.roles, event_type)
    if found is None:
        st.markdown(f"No event of a type **{inert(event_type)}** is unread.")
        return
    st.markdown(
        f"**{inert(event_type)}**: {formats.plural(found.count, 'event')}, from"
        f" {formats.day_and_clock(found.first_seen)} to {formats.day_and_clock(found.last_seen)}."
        f" The first is entry {code(found.sample_entry_id)} of {code(found.sample_stream)}:"
    )
    fields = raw_entry(
        services.redis_client(), signed_in.roles, found.sample_stream, found.sample_entry_id
    )
    if fields is None:
        st.markdown(
            "It is no longer in its stream. What stood in it may have named a person and was"
            " not kept; its fields and their sizes were:"
        )
        fields = {name: f"{size:,} bytes" for name, size in found.sample_bytes.items()}
    _raw(fields)


def _raw(fields: dict[str, str]) -> None:
    """Show the fields as they came; text of others is shown, never followed."""
    text = msgspec.json.format(msgspec.json.encode(fields), indent=2).decode()
    st.code(text, language=None, wrap_lines=True, height=400)
