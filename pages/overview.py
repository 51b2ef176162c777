"""Overview: the portfolio's figures, each leading to its rows, `/overview?period=Last+30+days`."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats, services, session
from dashboard.components import overview_figures as figures
from dashboard.components.overview_rows import chosen_rows
from dashboard.components.period import period
from dashboard.queries.portfolio import day_totals, match_score, portfolio_now, staff_days
from dashboard.queries.rights import OVERVIEW_ROLES
from dashboard.reports.receivables import receivables

DAYS_MAX: Final = 400
REFRESH_SECONDS: Final = 10


def asked_days(today: date) -> tuple[date, date]:
    """Give the days of the period; an open or overlong one is cut to what is summed fast."""
    first, last = period(may_be_any=False)
    last = min(last or today, today)
    earliest = last - timedelta(days=DAYS_MAX - 1)
    return max(first or earliest, earliest), last


@st.fragment(run_every=REFRESH_SECONDS)
def show() -> None:
    """Show everything as it stands; runs again by itself."""
    signed_in = session.require(*OVERVIEW_ROLES)
    database, roles = services.database(), signed_in.roles
    today = formats.today(datetime.now(UTC))
    owed = receivables(portfolio_now(database, roles))
    first, last = asked_days(today)
    this_month = day_totals(database, roles, today.replace(day=1), today)
    totals = day_totals(database, roles, first, last)
    figures.tiles(owed, this_month, totals, match_score(database, roles), today)
    figures.money_chart(totals)
    left, right = st.columns(2)
    with left:
        figures.ageing(owed)
    with right:
        figures.waivers(totals)
    chosen_rows(signed_in, first, last)
    figures.staff(staff_days(database, roles, first, last))


session.require(*OVERVIEW_ROLES)
st.markdown("### Overview")
show()
