"""The statement of an account for a period: on the screen, and as a file."""

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.components import acting
from dashboard.components.address_fields import day_of
from dashboard.components.csv_export import save_csv
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.formats import inert
from dashboard.ledger_client import LedgerFault, LedgerRefused
from dashboard.queries.accounts import AccountView
from dashboard.queries.statement import Statement, statement
from dashboard.reports.statement_csv import statement_csv
from dashboard.session import SignedIn
from proto.values import CalendarDate, Money

USUAL: Final = timedelta(days=90)
COLUMNS: Final = (
    Column("Date", whole=True),
    Column("Description"),
    Column("Charge", right=True),
    Column("Payment", right=True),
    Column("Balance", right=True),
)


def account_statement(signed_in: SignedIn, account: AccountView) -> None:
    """Ask for the period, then show the ledger's statement."""
    if account.source != "ledger":
        st.markdown("Statements are for accounts of our own ledger; this one is for reading.")
        return
    today = formats.today(datetime.now(UTC))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = (
            day_of("Statement from", "statement_from", today - USUAL, width=160) or today - USUAL
        )
        last = day_of("Statement to", "statement_to", today, width=160) or today
    if first > last:
        st.markdown("The first day is after the last: choose an earlier one.")
        return
    try:
        caller = acting.caller(signed_in)
        told = statement(services.ledger(), caller, account.loan_account_id, first, last)
    except (LedgerRefused, LedgerFault) as no:
        st.warning(inert(no.sentence), icon=":material/cloud_off:")
        return
    _figures(told)
    _lines(told, account.loan_account_id)
    file_name = f"statement-{account.number}-{first}-{last}"
    save_csv("Download as CSV", file_name, statement_csv(told))


def _figures(told: Statement) -> None:
    figures = (
        ("Opening balance", told.opening),
        ("Fees charged", told.charged),
        ("Payments received", told.paid),
        ("Closing balance", told.closing),
    )
    for column, (label, amount) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, inert(formats.money(amount)))


def _lines(told: Statement, loan_account_id: str) -> None:
    if not told.lines:
        st.markdown("Nothing was charged or paid in this period.")
        return
    rows = [
        Row(
            (
                Cell(text=formats.day(CalendarDate(each.date)), tip=each.transaction_id),
                Cell(text=each.description),
                Cell(text=_amount(each.charge)),
                Cell(text=_amount(each.payment)),
                Cell(text=formats.money(each.balance)),
            )
        )
        for each in told.lines
    ]
    records_table("Statement", COLUMNS, rows, key=f"statement-{loan_account_id}")


def _amount(amount: Money | None) -> str:
    return "" if amount is None else formats.money(amount)
