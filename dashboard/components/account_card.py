"""An account's figures: what is owed, how far it is repaid, what comes next."""

from datetime import datetime

import streamlit as st

from dashboard import formats
from dashboard.components.quiet import quiet
from dashboard.formats import inert
from dashboard.queries.accounts import AccountView
from dashboard.queries.health import Health
from proto.values import Money


def account_heading(account: AccountView, health: Health, now: datetime) -> None:
    """Name the account, say how it stands and as of when."""
    badge = formats.account_badge(account.account_status, account.days_past_due)
    as_of = health.shown_as_of(now)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="account-heading"
    ):
        told = f"### {inert(account.number)} :{badge.colour}-badge[{inert(badge.word)}]"
        st.markdown(told, width="content", anchors=False)
        late = arrears(account)
        if late:
            quiet(inert(late))
        with st.container(horizontal=True, horizontal_alignment="right", width="stretch"):
            old = (now - as_of).total_seconds() > formats.STALE_SECONDS
            aged = f", {formats.age(as_of, now)}" if old else ""
            quiet(f"as of {formats.clock(as_of)}{aged}", formats.exact(as_of))


def arrears(account: AccountView) -> str:
    """Say how many days past due an open account is, and in which bucket; empty where none is."""
    days = account.days_past_due
    bucket = account.aging.bucket if account.aging else None
    if not account.is_open or days is None or not bucket:
        return ""
    return f"{formats.plural(days, 'day')} past due, {bucket.replace('_', ' ')}"


def account_figures(account: AccountView, now: datetime) -> None:
    """Show the balances in one row, then progress and the next payment."""
    figures = account.figures
    told = (
        ("Principal", figures.principal),
        ("Interest", figures.interest),
        ("Fees", figures.fees),
        ("Total owing", figures.total_outstanding),
    )
    is_pending = account.account_status == "pending_disbursement"
    owes_nothing_yet = is_pending and figures.total_outstanding == 0
    for column, (label, amount) in zip(st.columns(len(told)), told, strict=True):
        known = Money(0) if owes_nothing_yet and amount is None else amount
        column.metric(label, formats.DASH if known is None else inert(formats.money(known)))
    if owes_nothing_yet:
        quiet("Not paid out yet: nothing is owed.")
    if figures.overpayment:
        st.markdown(
            f"Overpaid: **{inert(formats.money(figures.overpayment))}** is owed to the customer."
        )
    _progress(account, now)


def _progress(account: AccountView, now: datetime) -> None:
    paid, owing = account.figures.total_paid, account.figures.total_outstanding
    is_given_up = account.account_status == "written_off"  # what is owed no more was not repaid
    if paid is not None and owing is not None and paid + owing > 0 and not is_given_up:
        whole = Money(paid + owing)
        repaid = f"{inert(formats.money(paid))} of {inert(formats.money(whole))} repaid"
        st.progress(int(paid) / int(whole), repaid)
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
    badge = formats.overdue_badge((formats.today(now) - late).days)
    return f":{badge.colour}-badge[{badge.word}] **{amount}** was due on {when}"
