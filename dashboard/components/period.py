"""A choice of dates that stands in the address: a named period, or two dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard import formats

CHOSEN: Final = "Chosen dates"
ANY: Final = "Any time"
DAYS: Final = {"Last 7 days": 7, "Last 30 days": 30, "Last 90 days": 90, "Last 365 days": 365}
THIS_MONTH: Final = "This month"
TODAY: Final = "Today"
PERIODS: Final = (TODAY, *DAYS, THIS_MONTH, ANY, CHOSEN)
USUAL: Final = "Last 30 days"


def period(*, may_be_any: bool = True) -> tuple[date | None, date | None]:
    """Ask for a period; gives its first and last day, None where it has no end."""
    offered = [each for each in PERIODS if may_be_any or each != ANY]
    chosen = st.selectbox(
        "Period",
        offered,
        index=offered.index(USUAL),
        key="period",
        width=160,
        bind="query-params",
    )
    if chosen == CHOSEN:
        return _date("From", "from"), _date("To", "to")
    return days_of(str(chosen), formats.today(datetime.now(UTC)))


def period_asked() -> dict[str, str]:
    """Give what the address says of the period, for a link to another page's."""
    asked = {name: str(st.query_params.get(name, "")) for name in ("period", "from", "to")}
    return {name: value for name, value in asked.items() if value}


def days_of(name: str, today: date) -> tuple[date | None, date | None]:
    """Give the first and last day of a named period; today counts as one of its days."""
    if name == THIS_MONTH:
        return today.replace(day=1), today
    if name == TODAY:
        return today, today
    if name in DAYS:
        return today - timedelta(days=DAYS[name] - 1), today
    return None, None


def _date(label: str, key: str) -> date | None:
    return st.date_input(label, None, key=key, format="DD/MM/YYYY", width=140, bind="query-params")
