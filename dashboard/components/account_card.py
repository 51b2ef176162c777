"""An account's figures: what is owed, how far it is repaid, what comes next."""

from datetime import datetime

import streamlit as st

from dashboard import formats
from dashboard.formats import inert
from dashboard.queries.accounts import NOT_SERVED, AccountView
from dashboard.queries.health import Health

REPAID_FULLY = 1.0


def account_heading(account: AccountView, health: Health, now: datetime) -> None:
    """Name the account, say how it stands and as of when."""
    badge = formats.account_badge(account.account_status, account.days_past_due)
    as_of = health.since if health.projector_lost and health.since else now
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"#### {inert(account.number)}", width="content", anchors=False)
        st.badge(badge.word, color=badge.colour)
        with st.container(horizontal=True, horizontal_alignment="right", width="stretch"):
            old = (now - as_of).total_seconds() > formats.STALE_SECONDS
            aged = f", {formats.age(as_of, now)}" if old else ""
            st.caption(
                f"as of {formats.clock(as_of)}{aged}", width="content", help=formats.exact(as_of)
            )


def account_figures(account: AccountView, now: datetime) -> None:
    """Show the balances in one row, then progress and the next payment."""
    figures = account.figures
    told = (
        ("Principal", figures.principal),
        ("Interest", figures.interest),
        ("Fees", figures.fees),
        ("Total owing", figures.total_outstanding),
    )
    for column, (label, amount) in zip(st.columns(len(told)), told, strict=True):
        column.metric(label, inert(formats.money(amount)))
    if figures.overpayment:
        st.markdown(
            f"Overpaid: **{inert(formats.money(figures.overpayment))}** is owed to the customer."
        )
    _progress(account, now)
    if not account.is_served:
        st.info(NOT_SERVED, icon=":material/visibility:")


def _progress(account: AccountView, now: datetime) -> None:
    paid, payable = account.figures.total_paid, account.total_payable
    if payable and paid is not None:
        share = min(REPAID_FULLY, int(paid) / int(payable))
        st.progress(
            share, f"{inert(formats.money(paid))} of {inert(formats.money(payable))} repaid"
        )
    coming = _next_payment(account, now)
    if coming:
        st.markdown(coming)


def _next_payment(account: AccountView, now: datetime) -> str:
    """Say what is due next, or since when it has been."""
    coming = account.next_instalment
    if coming is None:
        return ""
    amount = inert(formats.money(coming.still_due))
    if coming.due_date is None:
        return f"Next payment **{amount}**, date {formats.NOT_KNOWN}"
    when = f"{formats.day(coming.due_date)} ({formats.days_from(coming.due_date.as_date(), now)})"
    late = account.overdue_since(formats.today(now))
    if late is None:
        return f"Next payment **{amount}** on {when}"
    return f":orange-badge[Payment overdue] **{amount}** was due on {when}"
