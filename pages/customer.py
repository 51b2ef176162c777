"""Customer: profile, accounts, history, and what can be done, `/customer?id=CUS-12345`."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import services, session
from dashboard.components import acting, pulse
from dashboard.components.account_actions import account_actions
from dashboard.components.account_card import account_heading
from dashboard.components.account_rail import account_rail
from dashboard.components.account_requests import account_requests
from dashboard.components.account_tabs import account_tabs
from dashboard.components.conversations import conversations
from dashboard.components.echo import figures_with_echo
from dashboard.components.forms import show_open_form
from dashboard.components.layout import rail_and_detail
from dashboard.components.operation_state import operation_trouble, worth_showing
from dashboard.components.profile import profile
from dashboard.components.promised import as_promised
from dashboard.formats import inert
from dashboard.operations import Operation
from dashboard.queries.accounts import AccountView
from dashboard.queries.customers import customer_view
from dashboard.queries.rights import sees_persons
from dashboard.recent_customers import remember
from dashboard.session import SignedIn

REFRESH_SECONDS = 10.0
PENDING_SECONDS = 0.2


def show() -> None:
    """Show the customer as things stand now; runs again by itself."""
    signed_in, since = session.require(), pulse.mark()
    customer_id, account_id = (st.query_params.get(name, "") for name in ("id", "account"))
    view = customer_view(services.database(), signed_in.roles, customer_id, account_id)
    if view is None:
        asked = inert(customer_id or account_id)
        st.markdown(f"Nobody is known under **{asked}**. Search above by name, mobile or id.")
        return
    pulse.follow(since, *view.topics)
    _remember(signed_in, view.customer.customer_id)
    profile(view)
    if not view.accounts:
        st.markdown("This customer has no loan account.")
        if sees_persons(signed_in.roles):
            conversations(signed_in, view.customer.customer_id)
        return
    under_way = acting.operations().on_accounts(view.accounts, acting.caller(signed_in))
    rail, detail = rail_and_detail()
    with rail:
        chosen = account_rail(view, account_id, under_way)
    with detail:
        show_account(signed_in, chosen, under_way[chosen.loan_account_id])
    listed = [each for every in under_way.values() for each in every]
    if acting.end_look(pending=any(each.is_pending for each in listed)):
        st.rerun()


def _remember(signed_in: SignedIn, customer_id: str) -> None:
    """Note once who was opened, for the list of the last ones."""
    if customer_id and session.slot("opened-customer", str) != customer_id:
        session.put("opened-customer", customer_id)
        remember(services.database(), signed_in.staff_id, customer_id)


def show_account(signed_in: SignedIn, stored: AccountView, under_way: list[Operation]) -> None:
    """Show one account with what is under way on it."""
    now, health = datetime.now(UTC), services.health()
    known = acting.known(signed_in, stored, health)
    account = as_promised(known.completed(stored), under_way)
    account_heading(account, health, now)
    telling = worth_showing(under_way, now)
    figures_with_echo(account, telling, now)
    for each in telling:
        operation_trouble(signed_in, account, each)
    account_actions(signed_in, account, under_way, health, known)
    account_requests(signed_in, account, under_way)
    account_tabs(signed_in, account, now)


signed_in = session.require()
seconds = PENDING_SECONDS if acting.begin_run() else REFRESH_SECONDS
st.fragment(show, run_every=seconds)()
show_open_form(signed_in)
