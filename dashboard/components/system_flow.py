"""The flow of events: how far behind, what became of them, and how much there is."""

from typing import Final

import streamlit as st

from dashboard import formats, navigation
from dashboard.components.opening import link_to
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.system_parts import heading
from dashboard.formats import code, inert
from dashboard.queries.system import Counts
from dashboard.session import SignedIn
from proto import servicing_pb2 as servicing
from proto.documents import HeartbeatDocument
from proto.streams import INBOX, INTERNAL

STREAMS: Final = {INTERNAL: "The ledger's events", INBOX: "Events from outside"}
BACKLOG_MAX: Final = 1_000
LETTERS_PAGE: Final = "dead_letters.py"


def system_flow(beat: HeartbeatDocument | None) -> None:
    """Show lag, batch and outcomes as the projector told them last."""
    heading("Flow of events", beat.at if beat else None)
    if beat is None:
        st.markdown("The projector has told nothing yet.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        rows = [_stream(name, beat) for name in sorted({*STREAMS, *beat.backlog})]
        columns = (
            Column("Stream"),
            Column("Behind when applied", right=True),
            Column("Still to read", right=True),
        )
        records_table("Streams", columns, rows, key="system-streams")
        quiet(_batch(beat))
    with right:
        rows = [
            Row((Cell(text=label), Cell(text=f"{count:,}"))) for label, count in _outcomes(beat)
        ]
        since = (Column("Events since the projector began"), Column("", right=True))
        records_table("Outcomes", since, rows, key="system-outcomes")
    _loss(beat)
    for sender in beat.stopped_sources:
        st.warning(
            f"**{inert(sender)}** sent a flood of events that cannot be read, and is not taken"
            f" in. Once that is mended: {code(f'python -m projector resume {sender}')}",
            icon=":material/block:",
        )


def _stream(name: str, beat: HeartbeatDocument) -> Row:
    lag, waiting = beat.lag_seconds.get(name), beat.backlog.get(name)
    more = "+" if waiting == BACKLOG_MAX else ""
    return Row(
        (
            Cell(text=STREAMS.get(name, name), tip=name),
            Cell(text=formats.DASH if lag is None else f"{lag:.2f} s"),
            Cell(text=formats.NOT_KNOWN if waiting is None else f"{waiting:,}{more}"),
        )
    )


def _batch(beat: HeartbeatDocument) -> str:
    if beat.batch_at is None:
        return "No batch was written since the projector began."
    events = formats.plural(beat.batch_entries, "event")
    took = f"{beat.batch_seconds * 1_000:,.0f} ms"
    return f"Last batch: {events}, written in {took}, {formats.day_and_clock(beat.batch_at)}."


def _outcomes(beat: HeartbeatDocument) -> tuple[tuple[str, int], ...]:
    return (
        ("Applied", beat.applied),
        ("Seen before, left alone", beat.duplicates),
        ("Of a type that nobody reads", beat.unknown),
        ("Dead letters", beat.dead_lettered),
        ("Subjects that wait for an event", beat.parked),
        ("Decisions that wait for their request", beat.decisions_waiting),
    )


def _loss(beat: HeartbeatDocument) -> None:
    """Say what was lost of the inbox, if anything: by count and time."""
    if beat.inbox_lost_at is None:
        quiet("Nothing that came from outside was lost before it was read.")
        return
    since = (
        f"after {formats.day_and_clock(beat.inbox_lost_from)}"
        if beat.inbox_lost_from
        else "at a time that is not known"
    )
    count = beat.inbox_lost_count or 0
    st.error(
        f"Entries of the inbox were found gone on {formats.day_and_clock(beat.inbox_lost_at)}."
        f" Lost is what came {since} and was not read: at least"
        f" {formats.plural(count, 'event')}. Ask the"
        " senders to send it again; what was applied before is not applied twice.",
        icon=":material/error:",
    )


def system_counts(
    signed_in: SignedIn, told: Counts, ledger: servicing.HealthResponse | None
) -> None:
    """Show how much there is."""
    heading("How much there is", told.as_of)
    journal = formats.NOT_KNOWN if ledger is None else f"{ledger.journal_position:,}"
    figures = (
        ("Accounts", f"{told.accounts:,}"),
        ("Customers", f"{told.customers:,}"),
        ("Events in the ledger", journal),
        ("Events in the audit trail", f"{told.trail:,}"),
        ("Open dead letters", f"{told.letters_open:,}"),
        ("Parked events", f"{told.parked:,}"),
        ("Unread events", f"{told.unknown_entries:,}"),
    )
    with st.container(horizontal=True):
        for label, figure in figures:
            st.metric(label, figure, border=True, width="content")
    pages = {row.file for row in navigation.PAGES if signed_in.has(*row.roles)}
    if LETTERS_PAGE in pages:
        link_to(LETTERS_PAGE, "Open the dead letters")
