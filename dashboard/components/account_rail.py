"""The list of a customer's accounts, from which one is chosen."""

import streamlit as st

from dashboard import formats
from dashboard.components.operation_state import as_promised
from dashboard.formats import inert
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.queries.customers import CustomerView


def account_rail(
    view: CustomerView, account_id: str, under_way: dict[str, list[Operation]]
) -> AccountView:
    """List the accounts and give the chosen one, which the address names too."""
    asked = view.account(account_id) or view.accounts[0]
    shown = {
        str(each.loan_account_id): as_promised(each, under_way[each.loan_account_id])
        for each in view.accounts
    }
    picked = st.radio(
        "Accounts",
        list(shown),
        index=list(shown).index(asked.loan_account_id),
        format_func=lambda key: inert(shown[key].number),
        captions=[_caption(each) for each in shown.values()],
        key=f"account-of-{view.customer.customer_id}",
    )
    if picked and picked != asked.loan_account_id:
        st.query_params["account"] = picked
    return view.account(picked) or asked


def _caption(account: AccountView) -> str:
    """Tell what is owed and how the account stands."""
    badge = formats.account_badge(account.account_status, account.days_past_due)
    owed = inert(formats.money(account.figures.total_outstanding))
    return f"{owed} :{badge.colour}-badge[{inert(badge.word)}]"
