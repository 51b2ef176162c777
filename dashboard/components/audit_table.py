"""The audit trail as a table: who, what, when, why; a row opens to its event."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import event_words, formats, services, session
from dashboard.components.opening import open_chosen
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.components.whose import Known, account_cell, customer_cell
from dashboard.formats import Badge
from dashboard.queries.audit import UNREADABLE, AuditRow
from dashboard.queries.audit_reasons import reasons_in_bodies
from dashboard.queries.known_customers import known_customers
from dashboard.queries.staff_names import staff_names
from dashboard.session import SignedIn

COLUMNS: Final = (
    Column("When", whole=True),
    Column("What"),
    Column("Amount", right=True),
    Column("By"),
    Column("Approved by"),
    Column("Reason"),
    Column("Account", whole=True),
    Column("Customer"),
    Column("Review"),
)
REVIEW_BADGES: Final = {
    "verified": Badge("Verified", "green"),
    "queried": Badge("Queried", "yellow"),
}
TAMPERED: Final = Badge("Tampered", "red")
OPENED: Final = "event"
EVENT: Final = "event:"
_SLOT: Final = "audit-pages"


def audit_table(signed_in: SignedIn, rows: Sequence[AuditRow], key: str) -> None:
    """Show the rows; choosing one opens it, choosing its customer leads to them."""
    people = {str(who) for row in rows for who in (row.actor, row.approved_by) if who}
    names = staff_names(services.database(), people)
    customers = (row.customer_id for row in rows)
    known = known_customers(services.database(), signed_in.roles, customers)
    told = reasons_in_bodies(services.database(), signed_in.roles, rows)
    opened = records_table(
        "Audit trail",
        COLUMNS,
        [_row(row, names, known, told.get(row.event_id, "")) for row in rows],
        key=key,
        on_opened=lambda: open_event(session.sent(key, "opened")),
    )
    if opened and not opened.startswith(EVENT):
        open_chosen(opened)


def open_event(chosen: str) -> None:
    """Open the event that was chosen, `event:<id>`."""
    if chosen.startswith(EVENT):
        st.query_params[OPENED] = chosen.removeprefix(EVENT)


def close() -> None:
    """Leave the event that is open."""
    st.query_params.pop(OPENED, None)


def _row(row: AuditRow, names: dict[str, str], known: Known, told: str) -> Row:
    review = REVIEW_BADGES.get(row.review_status or "")
    approver, opens = row.approved_by or "", f"{EVENT}{row.event_id}"
    if row.event_type == UNREADABLE:
        flaw = Cell(text=f"Cannot be read: {row.event_id}", opens=opens, badges=(TAMPERED,))
        return Row((Cell(), flaw, *[Cell()] * (len(COLUMNS) - 2)))
    return Row(
        (
            Cell(text=formats.day_and_clock(row.recorded_at), tip=formats.exact(row.recorded_at)),
            Cell(text=event_words.of(row.event_type), tip=row.event_id, opens=opens),
            Cell(text=formats.money(row.amount) if row.amount is not None else ""),
            Cell(text=names.get(row.actor, row.actor), tip=row.actor),
            Cell(text=names.get(approver, approver), tip=approver),
            Cell(text=event_words.why(row.reason_code or "", told), tip=row.reason_code or ""),
            account_cell(row.loan_account_id, row.customer_id),
            customer_cell(row.customer_id, known),
            Cell(badges=(review,) if review else ()),
        ),
        marked=st.query_params.get(OPENED) == row.event_id,
    )
