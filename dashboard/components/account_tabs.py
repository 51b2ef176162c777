"""What is known about an account and its customer, under tabs; only the open one is read."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from dashboard.components.conversations import conversations
from dashboard.components.notes import TABS, notes
from dashboard.components.schedule_table import schedule_table
from dashboard.components.statement import account_statement
from dashboard.components.transactions_table import transactions_table
from dashboard.queries.accounts import AccountView
from dashboard.queries.rights import sees_persons
from dashboard.session import SignedIn


def account_tabs(signed_in: SignedIn, account: AccountView, now: datetime) -> None:
    """Show the tabs that the roles may read; which one is open stands in the address."""
    account_id, customer_id = account.loan_account_id, account.customer_id_string or ""
    parts: dict[str, Callable[[], None]] = {
        "Transactions": lambda: transactions_table(signed_in, account_id),
        "Schedule": lambda: schedule_table(account, now),
        "Statement": lambda: account_statement(signed_in, account),
    }
    if sees_persons(signed_in.roles) and customer_id:
        parts["Conversations"] = lambda: conversations(signed_in, customer_id)
        parts["Notes"] = lambda: notes(signed_in, customer_id, account_id)
    for tab, show in zip(
        st.tabs(list(parts), key=TABS, bind="query-params"), parts.values(), strict=True
    ):
        if tab.open:
            with tab:
                show()
