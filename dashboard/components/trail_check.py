"""Holds the whole trail against the ledger when an auditor asks for it, and shows what differs."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import acting
from dashboard.components.audit_table import EVENT, open_event
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.ledger_answers import LedgerFault, LedgerRefused
from dashboard.session import SignedIn
from dashboard.trail_check import FINDINGS_MAX, TrailChecked, check_trail

_CHECKED: Final = "trail-checked"
COLUMNS: Final = (Column("Event"), Column("What differs"))


def trail_check(signed_in: SignedIn) -> None:
    """Offer the check, and show what the last one found."""
    quiet(
        "Every entry of the ledger's journal is held against the trail: what was changed here,"
        " taken away or put in is named, whatever the filters above leave out."
    )
    if st.button("Check every event", icon=":material/fact_check:"):
        _check(signed_in)
    held: tuple[datetime, TrailChecked] | None = session.kept(_CHECKED)
    if held is not None:
        _result(*held)


def _check(signed_in: SignedIn) -> None:
    bar = st.progress(0.0, "Reading the journal")

    def tell(checked: int, of: int) -> None:
        bar.progress(min(1.0, checked / of), f"{checked:,} of {of:,} events")

    client, caller, database = services.ledger(), acting.caller(signed_in), services.database()
    try:
        found = check_trail(client, caller, database, signed_in.roles, tell)
    except (LedgerFault, LedgerRefused) as trouble:
        st.warning(f"Not checked: {formats.inert(trouble.sentence)}")
    else:
        session.put(_CHECKED, (datetime.now(UTC), found))
    bar.empty()


def _result(at: datetime, found: TrailChecked) -> None:
    events = formats.plural(found.checked, "event")
    if not found.findings:
        st.success(f"{events}: each stands in the trail as in the ledger.")
    else:
        many = f"{FINDINGS_MAX} or more" if len(found.findings) >= FINDINGS_MAX else ""
        st.error(f"{events}: {many or len(found.findings)} not as in the ledger.")
        rows = [
            Row((Cell(text=each.event_id, opens=f"{EVENT}{each.event_id}"), Cell(text=each.flaw)))
            for each in found.findings
        ]
        on_opened = lambda: open_event(session.sent("trail-findings", "opened"))  # noqa: E731
        records_table("Findings", COLUMNS, rows, key="trail-findings", on_opened=on_opened)
    quiet(f"Checked on {formats.day_and_clock(at)}")
