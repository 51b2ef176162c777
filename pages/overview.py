"""Overview: the portfolio's figures, each leading to its rows, `/overview?period=90-days`."""

from datetime import UTC, date, datetime
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import overview_figures as figures
from dashboard.components import overview_rows as rows
from dashboard.components.form_fields import say_fault
from dashboard.components.overview_exports import overview_exports
from dashboard.components.overview_money import money_over_time
from dashboard.components.period import period
from dashboard.queries.portfolio import (
    day_totals,
    is_by_day,
    match_score,
    period_totals,
    portfolio_now,
    staff_sums,
)
from dashboard.queries.rights import OVERVIEW_ROLES
from dashboard.reports.overview_csv import Shown
from dashboard.reports.receivables import receivables

REFRESH_SECONDS: Final = 10
LONG_AGO: Final = date(2000, 1, 1)


def asked_days() -> tuple[date, date]:
    """Ask for the days of the period; an open one goes from the beginning, or until today."""
    today = formats.today(datetime.now(UTC))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked_first, asked_last = period()
    last = min(asked_last or today, today)
    first = min(max(asked_first or LONG_AGO, LONG_AGO), last)
    is_turned = bool(asked_first and asked_last and asked_first > asked_last)
    if is_turned or max(asked_first or today, asked_last or today) > today:
        until = f" to {formats.day(last)}" if first < last else ""
        why = "The first day is after the last" if is_turned else "Days to come have no figures"
        say_fault(f"{why}: these are of {formats.day(first)}{until}.")
    return first, last


@st.fragment(run_every=REFRESH_SECONDS)
def show(first: date, last: date) -> None:
    """Show everything as it stands; runs again by itself."""
    signed_in = session.require(*OVERVIEW_ROLES)
    if rows.was_chosen():
        st.rerun()
    database, roles = services.database(), signed_in.roles
    now, owed = datetime.now(UTC), portfolio_now(database, roles)
    today = formats.today(now)
    shown = Shown(
        days=(first, last),
        today=today,
        owed=receivables(owed),
        this_month=day_totals(database, roles, today.replace(day=1), today),
        totals=period_totals(database, roles, first, last),
        score=match_score(database, roles),
    )
    sums = staff_sums(database, roles, first, last)
    files = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    figures.tiles(shown)
    step = money_over_time(shown.totals, is_by_day=is_by_day(first, last))
    left, right = st.columns(2)
    with left:
        figures.ageing(shown.owed)
    with right:
        figures.waivers(shown.totals)
    figures.staff(sums)
    with files:
        figures.as_of(services.health(), owed.updated_at, now)
        overview_exports(roles, shown, step, sums)
    if rows.was_chosen():
        st.rerun()


def show_rows(first: date, last: date) -> None:
    """Show what a figure is made of."""
    rows.chosen_rows(session.require(*OVERVIEW_ROLES), first, last)


session.require(*OVERVIEW_ROLES)
st.markdown("### Overview")
days = asked_days()
show(*days)
if st.query_params.get(rows.SHOWN):
    opened = st.dialog(formats.inert(rows.title(*days)), width="large", on_dismiss=rows.close)
    opened(show_rows)(*days)
