"""The audit trail as a table: who, what, when, why; a row opens to its event."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import formats, request_words, services, session
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge
from dashboard.queries.audit import COUNT_MAX, UNREADABLE, AuditPage, AuditRow, Cursor
from dashboard.queries.audit_filter import AuditFilter
from dashboard.queries.staff_names import staff_names

COLUMNS: Final = (
    Column("When", whole=True),
    Column("What"),
    Column("Amount", right=True),
    Column("By"),
    Column("Approved by"),
    Column("Reason"),
    Column("Account", whole=True),
    Column("Customer", whole=True),
    Column("Review"),
)
REVIEW_BADGES: Final = {
    "verified": Badge("Verified", "green"),
    "queried": Badge("Queried", "yellow"),
}
TAMPERED: Final = Badge("Tampered", "red")
OPENED: Final = "event"
_SLOT: Final = "audit-pages"


def event_words(event_type: str) -> str:
    """Say an event's type in words: `fee.waived.v1` is `Fee waived`."""
    name = event_type.rsplit(".v", 1)[0]
    return name.replace(".", " ").replace("_", " ").replace("writeoff", "write-off").capitalize()


def audit_table(rows: Sequence[AuditRow], key: str) -> None:
    """Show the rows; choosing one opens it."""
    people = {str(who) for row in rows for who in (row.actor, row.approved_by) if who}
    names = staff_names(services.database(), people)
    records_table(
        "Audit trail",
        COLUMNS,
        [_row(row, names) for row in rows],
        key=key,
        on_opened=lambda: _open(session.sent(key, "opened")),
    )


def _open(event_id: str) -> None:
    if event_id:
        st.query_params[OPENED] = event_id


def close() -> None:
    """Leave the event that is open."""
    st.query_params.pop(OPENED, None)


def _row(row: AuditRow, names: dict[str, str]) -> Row:
    review = REVIEW_BADGES.get(row.review_status or "")
    approver = row.approved_by or ""
    if row.event_type == UNREADABLE:
        told = Cell(text=f"Cannot be read: {row.event_id}", opens=row.event_id, badges=(TAMPERED,))
        return Row((Cell(), told, *[Cell()] * (len(COLUMNS) - 2)))
    return Row(
        (
            Cell(text=formats.day_and_clock(row.recorded_at), tip=formats.exact(row.recorded_at)),
            Cell(text=event_words(row.event_type), tip=row.event_id, opens=row.event_id),
            Cell(text=formats.money(row.amount) if row.amount is not None else ""),
            Cell(text=names.get(row.actor, row.actor), tip=row.actor),
            Cell(text=names.get(approver, approver), tip=approver),
            Cell(text=request_words.reason(row.reason_code or ""), tip=row.reason_code or ""),
            Cell(text=row.loan_account_id or "", code=bool(row.loan_account_id)),
            Cell(text=row.customer_id or "", code=bool(row.customer_id)),
            Cell(badges=(review,) if review else ()),
        ),
        marked=st.query_params.get(OPENED) == row.event_id,
    )


def way_here(chosen: AuditFilter) -> list[Cursor]:
    """Give the way to the page in hand; another filter begins at the first."""
    held: tuple[object, list[Cursor]] = session.slot(_SLOT, lambda: (chosen, []))
    if held[0] != chosen:
        held = (chosen, [])
        session.put(_SLOT, held)
    return held[1]


def turn(page: AuditPage, pages: list[Cursor]) -> None:
    """Offer the pages beside this one, and say how many match."""
    count = f"{COUNT_MAX:,}+" if page.count >= COUNT_MAX else f"{page.count:,}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages or page.following:
            st.button("Previous", key="previous", disabled=not pages, on_click=_back, args=(pages,))
            st.button(
                "Next",
                key="next",
                disabled=page.following is None,
                on_click=_on,
                args=(pages, page.following),
            )
        quiet(f"{count} event{'' if page.count == 1 else 's'}")


def _back(pages: list[Cursor]) -> None:
    pages.pop()


def _on(pages: list[Cursor], following: Cursor | None) -> None:
    if following is not None:
        pages.append(following)
