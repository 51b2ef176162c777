"""What a request is judged by: the account, its last 90 days, schedule, talks, other requests."""

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats, services
from dashboard.components import acting
from dashboard.components.account_card import account_figures
from dashboard.components.conversations import conversations
from dashboard.components.opening import open_chosen
from dashboard.components.quiet import quiet
from dashboard.components.records_table import records_table
from dashboard.components.request_history import request_history
from dashboard.components.requests_table import requests_table
from dashboard.components.schedule_table import schedule_table
from dashboard.components.transactions_table import COLUMNS, transaction_row
from dashboard.queries import accounts
from dashboard.queries.approvals import RequestView, related
from dashboard.queries.staff_names import staff_names
from dashboard.queries.transactions import TransactionFilter, transactions
from dashboard.session import SignedIn

DAYS: Final = 90
ROWS_MAX: Final = 100


def request_evidence(signed_in: SignedIn, view: RequestView, now: datetime) -> None:
    """Show the account as it stands, and in tabs what happened on it."""
    account = accounts.account(services.database(), view.loan_account_id or "")
    if account is not None:
        account_figures(account, now)
    last, schedule, talks, steps, others = st.tabs(
        [f"Last {DAYS} days", "Schedule", "Conversations", "Steps", "Related requests"]
    )
    with last:
        _transactions(signed_in, view, now)
    with schedule:
        if account is not None:
            schedule_table(account, now)
    with talks:
        conversations(signed_in, view.customer_id or "")
    with steps:
        request_history(signed_in, view)
    with others:
        _related(signed_in, view)


def _transactions(signed_in: SignedIn, view: RequestView, now: datetime) -> None:
    database = services.database()
    since = TransactionFilter(from_date=formats.today(now) - timedelta(days=DAYS))
    account_id = view.loan_account_id or ""
    page = transactions(database, signed_in.roles, account_id, since, page_rows=ROWS_MAX)
    if not page.rows:
        st.markdown(f"Nothing happened on this account in the last {DAYS} days.")
        return
    names = staff_names(database, {str(each.created_by) for each in page.rows})
    rows = [transaction_row(each, names) for each in page.rows]
    records_table(f"Transactions of {DAYS} days", COLUMNS, rows, key="evidence")
    if page.following is not None:
        quiet(f"The newest {ROWS_MAX} of {page.count:,}; the rest is on the customer's page.")


def _related(signed_in: SignedIn, view: RequestView) -> None:
    reader = acting.reader(signed_in)
    rows = related(services.database(), reader, view)
    if not rows:
        st.markdown("No other request is about this account.")
        return
    opened = requests_table("Related requests", rows, reader, datetime.now(UTC), key="related")
    if opened:
        open_chosen(opened)
