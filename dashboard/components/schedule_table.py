"""The repayment schedule, with the next payment marked."""

from datetime import date, datetime
from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import Badge
from dashboard.queries.accounts import AccountView, InstalmentView

COLUMNS: Final = (
    Column("No."),
    Column("Due", whole=True),
    Column("Amount", right=True),
    Column("Paid", right=True),
    Column("Still due", right=True),
    Column("Status"),
    Column("Paid on", whole=True),
)
BADGES: Final = {
    "paid": Badge("Paid", "green"),
    "partial": Badge("Partly paid", "yellow"),
    "missed": Badge("Missed", "red"),
    "scheduled": Badge("Scheduled", "gray"),
}
OVERDUE: Final = "Overdue"
NEXT: Final = Badge("Next", "blue")


def schedule_table(account: AccountView, now: datetime) -> None:
    """Show the instalments, or that none are known."""
    instalments = account.instalments
    if not instalments:
        st.markdown("No repayment schedule is known for this account.")
        return
    terms = account.repayment_schedule
    frequency = (terms.payment_frequency or "") if terms else ""
    count = formats.plural(len(instalments), "payment")
    quiet(f"{count}, {frequency}" if frequency else count)
    coming = account.next_instalment
    rows = [
        instalment_row(each, formats.today(now), is_next=each == coming) for each in instalments
    ]
    records_table("Repayment schedule", COLUMNS, rows, key=f"schedule-{account.loan_account_id}")


def instalment_row(each: InstalmentView, today: date, *, is_next: bool) -> Row:
    """Tell one instalment; one that is past its day says so in a word."""
    due = each.due_date.as_date() if each.due_date else None
    status = BADGES.get(each.status, BADGES["scheduled"])
    if each.status in {"scheduled", "partial"} and due is not None and due < today and is_next:
        overdue = Badge(OVERDUE, formats.overdue_badge((today - due).days).colour)
        badges = (status, overdue) if each.status == "partial" else (overdue,)
    else:
        badges = (status, NEXT) if is_next else (status,)
    return Row(
        (
            Cell(text=str(each.payment_number)),
            Cell(text=formats.day(due)),
            Cell(text=formats.money(each.amount)),
            Cell(text=formats.money(each.amount_paid) if each.amount_paid is not None else ""),
            Cell(text=formats.money(each.still_due)),
            Cell(badges=badges),
            Cell(text=formats.day(each.paid_date) if each.paid_date else ""),
        ),
        marked=is_next,
    )
