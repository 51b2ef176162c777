"""The list of a customer's accounts, from which one is chosen."""

from typing import Final

import streamlit as st

from dashboard import formats
from dashboard.components.promised import as_promised
from dashboard.components.quiet import quiet
from dashboard.components.records_table import Cell, Column, Row, records_table
from dashboard.operations import Operation
from dashboard.queries.accounts import ACCOUNTS_MAX, AccountView
from dashboard.queries.customers import CustomerView

COLUMNS: Final = (Column("Account"), Column("Owing", right=True))


def account_rail(
    view: CustomerView, account_id: str, under_way: dict[str, list[Operation]]
) -> AccountView:
    """List the accounts and give the chosen one, which the address names too."""
    chosen = view.account(account_id) or view.accounts[0]
    rows = [
        _row(as_promised(each, under_way[each.loan_account_id]), is_chosen=each is chosen)
        for each in view.accounts
    ]
    opened = records_table("Accounts", COLUMNS, rows, key=f"rail-{view.customer.customer_id}")
    if len(rows) == ACCOUNTS_MAX:
        quiet(f"The first {ACCOUNTS_MAX}; find others by their number.")
    if opened and opened != chosen.loan_account_id:
        st.query_params["account"] = opened
        st.rerun()
    return chosen


def _row(account: AccountView, *, is_chosen: bool) -> Row:
    badge = formats.account_badge(account.account_status, account.days_past_due)
    owing = formats.money(account.figures.total_outstanding)
    number = Cell(text=account.number, opens=account.loan_account_id, badges=(badge,))
    return Row((number, Cell(text=owing)), is_chosen)
